"""Milliseconds of one start and join of a spawned process that does nothing.  process_start_join.py TIMES"""
import sys
import time
from multiprocessing import get_context

from figures import show


def nothing():
    pass


def start_and_join(context, times):
    for _ in range(times):
        process = context.Process(target=nothing)
        process.start()
        process.join()
        if process.exitcode != 0:
            raise RuntimeError('it failed')


if __name__ == '__main__':
    times = int(sys.argv[1])
    context = get_context('spawn')
    start_and_join(context, 2)
    start = time.perf_counter()
    start_and_join(context, times)
    show((time.perf_counter() - start) / times * 1e3)
