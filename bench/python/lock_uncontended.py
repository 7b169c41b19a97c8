"""Microseconds of one acquire and release.  lock_uncontended.py PAIRS"""
import sys
import time
from multiprocessing import Lock

from figures import show


def take_and_release(lock, times):
    for _ in range(times):
        lock.acquire()
        lock.release()


if __name__ == '__main__':
    pairs = int(sys.argv[1])
    lock = Lock()
    take_and_release(lock, pairs // 10)
    start = time.perf_counter()
    take_and_release(lock, pairs)
    show((time.perf_counter() - start) / pairs * 1e6)
