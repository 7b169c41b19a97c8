"""Microseconds of one `d[key] = value` on a manager's dictionary.  manager_dict_set.py CALLS"""
import sys
import time
from multiprocessing import Manager

from figures import show


def set_many(d, count):
    for i in range(count):
        d[i % 1000] = i


if __name__ == '__main__':
    calls = int(sys.argv[1])
    with Manager() as manager:
        d = manager.dict()
        set_many(d, calls // 5)
        start = time.perf_counter()
        set_many(d, calls)
        show((time.perf_counter() - start) / calls * 1e6)
