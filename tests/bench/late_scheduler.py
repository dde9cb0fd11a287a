"""late_scheduler.py JOBS ROUNDS THREADS - APScheduler's BackgroundScheduler with date triggers: so
many jobs at the same time, so many times, on a pool of so many threads. Prints for each how many
milliseconds after its time its function began."""
import sys
import time
from datetime import datetime, timedelta, timezone

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

jobs, rounds, threads = (int(word) for word in sys.argv[1:4])
stamps = []


def job(nominal):
    stamps.append(time.time() - nominal)


scheduler = BackgroundScheduler(
    executors={"default": ThreadPoolExecutor(threads)},
    job_defaults={"misfire_grace_time": 60},
    timezone=timezone.utc,
)
scheduler.start()
first = datetime.now(timezone.utc) + timedelta(seconds=1)
for round_ in range(rounds):
    at = first + timedelta(seconds=0.1 if jobs == 1 else 0.5) * round_
    for _ in range(jobs):
        scheduler.add_job(job, "date", run_date=at, args=[at.timestamp()])
until = time.monotonic() + 60
while len(stamps) < jobs * rounds and time.monotonic() < until:
    time.sleep(0.05)
scheduler.shutdown()
if len(stamps) < jobs * rounds:
    sys.exit("late_scheduler.py: not all jobs ran")
for stamp in stamps:
    print(f"{stamp * 1000:.3f}")
