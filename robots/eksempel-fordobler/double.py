"""Fordobler tallene i numbers.txt. Samtalen med Automagi er linjer af JSON på descriptor 3."""
import json
import re
import socket

host = socket.socket(fileno=3).makefile("rw", encoding="utf-8", newline="\n")

for line in host:
    ask, answers = json.loads(line), []
    if ask["do"] == "collect":
        numbers = enumerate(open("numbers.txt", encoding="utf-8"), start=1)
        answers = [{"add": {"reference": f"linje-{n}", "payload": text.strip()}} for n, text in numbers]
        answers.append({"collected": True})
    elif ask["do"] == "perform" and re.fullmatch(r"-?[0-9]+", ask["payload"]):
        answers = [{"done": True, "note": f"{ask['payload']} fordoblet er {2 * int(ask['payload'])}"}]
    elif ask["do"] == "perform":
        answers = [{"business": f"Ret {ask['reference']}: \"{ask['payload']}\" er ikke et helt tal."}]
    host.writelines(json.dumps(answer) + "\n" for answer in answers)
    host.flush()
