#!/bin/bash
# Lists that are delivered: the two sample robots to the byte, a second run, the next day's list, and
# kill -9 of a run and of the daemon between two files: the same files in the end, and one task.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
for robot in mona-mangelliste ferdinan-ferierobot; do # without what a demonstration left in them
    mkdir -p "$WORK/robots/$robot/outbox" "$WORK/robots/$robot/state"
    cp -r robots/$robot/robot.json robots/$robot/*.csv robots/$robot/source "$WORK/robots/$robot"
done
chmod 777 "$WORK"/robots/*/outbox "$WORK"/robots/*/state
mona=$WORK/robots/mona-mangelliste
ferdinan=$WORK/robots/ferdinan-ferierobot
start_daemon
for robot in mona-mangelliste ferdinan-ferierobot; do
    automagi robot add "$WORK/robots/$robot/robot.json" >/dev/null
done

counted() { sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'"; }
bom=$'\xef\xbb\xbf'
# file PATH LINE...: the file has these lines, with a byte order mark and Windows' ends.
file() {
    local path=$1
    shift
    { printf '%s' "$bom" && printf '%s\r\n' "$@"; } | cmp - "$path" || fail "$path is: $(cat "$path")"
}
# What lies in a folder, with each file's bytes and time.
seen() { (cd "$1" && find . -type f -printf '%p %T@\n' -exec cksum {} \; | sort); }

# Mona: the whole list is one task; keys and units alone are delivered.
automagi run mona-mangelliste --wait >"$WORK/out"
holds 'Mona runs' '1 done, 0 for a person, 0 failed' "$(cat "$WORK/out")"
same 'Mona is counted' 1 "$(counted mona-mangelliste)"
same 'files of Mona' 4 "$(find "$mona/outbox/2026-03-06" -type f | wc -l)"
file "$mona/outbox/2026-03-06/Distrikt Nord.csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1001;Distrikt Nord;' 'OPG-1002;Distrikt Nord;'
file "$mona/outbox/2026-03-06/Distrikt Syd.csv" 'Opgavenummer;Enhed;Ændring' 'OPG-1003;Distrikt Syd;'
file "$mona/outbox/2026-03-06/Hjælpemiddeldepotet.csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1004;Hjælpemiddeldepotet;' 'OPG-1005;Hjælpemiddeldepotet;'
file "$mona/outbox/2026-03-06/Plejecenter Æblehaven (opdigtet).csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1006;Plejecenter Æblehaven (opdigtet);'
grep -rqi 'helbred\|dokumenteret' "$mona/outbox" "$mona/state" && fail 'health data is delivered or kept'
same 'the mode of what is delivered' 640 "$(stat -c %a "$mona/outbox/2026-03-06/Distrikt Nord.csv")"
same 'the mode of what is kept' 600 "$(stat -c %a "$mona/state/liste_2026-03-06.csv")"

# Ferdinan: a task per leader; a vacant post and a balance below zero are for a person.
status=0
automagi run ferdinan-ferierobot --wait >"$WORK/out" || status=$?
holds 'Ferdinan runs' '2 done, 2 for a person, 0 failed' "$(cat "$WORK/out")"
same 'Ferdinan is counted' 2 "$(counted ferdinan-ferierobot)"
same 'letters' 'Bibliotek (opdigtet).txt Børnehuset Nullerten.txt' \
    "$(cd "$ferdinan/outbox/2026-03" && printf '%s\n' * | LC_ALL=C sort | paste -sd' ')"
letter() { sed -n "$1p" "$ferdinan/outbox/2026-03/Bibliotek (opdigtet).txt" | tr -d '\r'; }
same 'whom the letter is to' "${bom}Til: leder-bibliotek@eksempel.invalid" "$(letter 1)"
same 'its table' 'Medarbejdernr.  Restferie (dage)|900001          12,50|900002          7,30' \
    "$(letter 8,10 | paste -sd'|')"
holds 'its date of the end' 'senest den 31. december 2026' "$(letter 14)"
automagi queue list --robot ferdinan-ferierobot --state waiting >"$WORK/waiting"
holds 'a vacant post' 'Skolen Ved Intet har ingen modtager i "ledere.csv"' "$(cat "$WORK/waiting")"
holds 'below zero' '900007 har et tal under nul' "$(cat "$WORK/waiting")"

# A second run delivers nothing new.
before=$(seen "$WORK/robots")
for robot in mona-mangelliste ferdinan-ferierobot; do
    automagi run $robot --wait >"$WORK/out"
    holds 'a second run' '0 done, 0 for a person, 0 failed' "$(cat "$WORK/out")"
done
same 'what lies there after a second run' "$before" "$(seen "$WORK/robots")"

# A list of a Saturday is none; Monday's shows what changed since Friday.
list() { # DATE ROW...
    local date=$1
    shift
    { printf 'Udtræksdato;Opgavenummer;Enhed;Mangel\r\n' && printf "$date;%s;intet\r\n" "$@"; } |
        iconv -f utf-8 -t windows-1252 >"$mona/source/mangelliste.csv"
}
list 07-03-2026 'OPG-1001;Distrikt Nord'
run=$(automagi run mona-mangelliste --wait --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
holds 'the log of a Saturday' '07-03-2026 er lørdag og ikke en arbejdsdag' "$(automagi tail "$run")"
same 'counted after a Saturday' 1 "$(counted mona-mangelliste)"
list 09-03-2026 'OPG-1002;Distrikt Nord' 'OPG-1003;Distrikt Nord' 'OPG-1009;Hjælpemiddeldepotet'
automagi run mona-mangelliste --wait >/dev/null
same 'counted after Monday' 2 "$(counted mona-mangelliste)"
file "$mona/outbox/2026-03-09/Distrikt Nord.csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1002;Distrikt Nord;' 'OPG-1003;Distrikt Nord;ny' 'OPG-1001;Distrikt Nord;udgået'
file "$mona/outbox/2026-03-09/Distrikt Syd.csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1003;Distrikt Syd;udgået'
file "$mona/outbox/2026-03-09/Hjælpemiddeldepotet.csv" 'Opgavenummer;Enhed;Ændring' \
    'OPG-1009;Hjælpemiddeldepotet;ny' 'OPG-1004;Hjælpemiddeldepotet;udgået' \
    'OPG-1005;Hjælpemiddeldepotet;udgået'

# A robot whose list takes long, and its twin that nobody disturbs.
UNITS=300
mkdir -p "$WORK/large/source" "$WORK/large/outbox" "$WORK/large/state" "$WORK/twin/outbox" "$WORK/twin/state"
chmod 777 "$WORK"/{large,twin}/{outbox,state}
{ echo 'unit;receiver' && seq -f 'Enhed %g;en@eksempel.invalid' $UNITS; } >"$WORK/large/receivers.csv"
large_list() { # DATE FIRST: units FIRST to UNITS, with a deadline of that date
    { echo 'Dato;Nr;Enhed;Frist' && seq "$2" $UNITS | awk -v d="$1" '{ print d ";" $1 ";Enhed " $1 ";" d }'; } \
        >"$WORK/large/source/list.csv"
}
for name in large twin; do
    install_robot $name list_delivery '"configuration":{"reference":"mangel","item":"list",
        "period":"day","source_file":"*.csv","date_column":"Dato","key_column":"Nr",
        "unit_column":"Enhed","columns":[{"name":"Nr"},{"name":"Frist","type":"day"}],
        "receivers_file":"receivers.csv","output_file":"{date}/{unit}.csv"},
        "folders":{"source":"'"$WORK"'/large/source","receivers":"'"$WORK"'/large","outbox":"'"$WORK"'/'$name'/outbox",
        "state":"'"$WORK"'/'$name'/state"},"window":"day","attempts":5,"retry_delay_s":1'
done
written() { find "$WORK/large/outbox/$1" -name '*.csv' 2>/dev/null | wc -l; }
# until_written FILE: without a pause, for all files together may take no longer than one.
until_written() {
    local end=$((SECONDS + 30))
    until [ -e "$1" ]; do [ "$SECONDS" -lt "$end" ] || fail "waited in vain: $1 is written"; done
}
is_counted() { [ "$(counted large)" = "$1" ]; }
compare() { # DATE TASKS
    automagi run twin --wait >/dev/null
    diff -rq "$WORK/twin/outbox" "$WORK/large/outbox" >&2 || fail "$1: the files differ"
    diff -rq "$WORK/twin/state" "$WORK/large/state" >&2 || fail "$1: the state differs"
    same "$1: tasks" "$2" "$(counted large)"
    same "$1: what waits" 'nothing on the queue' "$(automagi queue list --robot large)"
}

# The run is killed between two files.
large_list 10-03-2026 1
automagi run large >/dev/null
until_written "$WORK/large/outbox/2026-03-10/Enhed 1.csv"
while read -r line; do host=${line%% *}; done <"$HOME_DIR/hosts" # the newest
read -r child <"/proc/$host/task/$host/children" || true # no line's end
kill -KILL "$child"
[ "$(written 2026-03-10)" -lt $UNITS ] || fail 'all files were written before the run was killed'
[ -e "$WORK/large/state/liste_2026-03-10.csv" ] && fail 'the state is ahead of the files'
has_failed() { [ "$(sql "SELECT ending FROM run ORDER BY id DESC LIMIT 1")" = 2 ]; }
wait_for 10 'the run has failed' has_failed
wait_for 60 'the list is delivered after all' is_counted 1 # its turn comes by itself
compare 2026-03-10 1

# The daemon is killed between two files of the next list, in which every row is other.
large_list 11-03-2026 11
automagi run large >/dev/null
until_written "$WORK/large/outbox/2026-03-11/Enhed 1.csv"
kill_daemon
gone() { ! hosts_alive; }
wait_for 10 'the hosts are gone' gone
[ "$(written 2026-03-11)" -lt $UNITS ] || fail 'all files were written before the daemon was killed'
[ -e "$WORK/large/state/liste_2026-03-11.csv" ] && fail 'the state is ahead of the files'
start_daemon
wait_for 60 'the list is delivered after all' is_counted 2
compare 2026-03-11 2
file "$WORK/large/outbox/2026-03-11/Enhed 7.csv" 'Nr;Frist;Ændring' '7;10-03-2026;udgået'
file "$WORK/large/outbox/2026-03-11/Enhed 17.csv" 'Nr;Frist;Ændring' '17;11-03-2026;ændret'

# Its account has a number and no name: who grants it the folder must be told it.
account=$(stat -c %u "$WORK/twin/outbox/2026-03-11/Enhed 1.csv")
chmod 555 "$WORK/twin/outbox"
large_list 12-03-2026 1
automagi run twin --wait >"$WORK/out" 2>&1 || true
holds 'whom the folder is closed to' "Mappen \"outbox\" kan ikke skrives af konto $account .EACCES.: .*chown $account STI" \
    "$(tr '\n' ' ' <"$WORK/out")"
same 'nothing half is left' '' "$(find "$WORK" -name '*.part')"
stop_daemon
verify_clean
