"""Milliseconds from the call that starts a process to the first line of its function, median.  process_start_to_run.py METHOD TIMES"""
import statistics
import sys
import time
from multiprocessing import get_context

from figures import show


def say_when(connection):
    connection.send_bytes(str(time.monotonic_ns()).encode())


def start_to_run(context):
    ours, theirs = context.Pipe()
    time.sleep(0.02)
    start = time.monotonic_ns()
    process = context.Process(target=say_when, args=(theirs,))
    process.start()
    begun = int(ours.recv_bytes())
    process.join()
    return (begun - start) / 1e6


if __name__ == '__main__':
    method, times = sys.argv[1], int(sys.argv[2])
    context = get_context(method)
    for _ in range(3):
        start_to_run(context)
    show(statistics.median(start_to_run(context) for _ in range(times)))
