"""The work that pools are compared by, over Pool.apply_async.  pool_calls.py WORK [ARGUMENT...]"""
import sys
import time
from multiprocessing import Pool

from figures import show


def following(x):
    return x + 1


def echo(data):
    return data


def pipelined(pool, tasks):
    def run(count):
        calls = [pool.apply_async(following, (i,)) for i in range(count)]
        if [call.get() for call in calls][-1] != count:
            raise RuntimeError('wrong result')

    run(tasks // 2)
    start = time.perf_counter()
    run(tasks)
    return tasks / (time.perf_counter() - start)


def round_trip(pool, tasks):
    for i in range(tasks):
        pool.apply(following, (i,))
    start = time.perf_counter()
    for i in range(tasks):
        pool.apply(following, (i,))
    return (time.perf_counter() - start) / tasks * 1e6


def buffers(pool, size, tasks):
    data = bytes([7]) * size

    def run(count):
        for _ in range(count // 4):
            for call in [pool.apply_async(echo, (data,)) for _ in range(4)]:
                if len(call.get()) != size:
                    raise RuntimeError('other bytes came back')

    run(tasks // 4)
    start = time.perf_counter()
    run(tasks)
    return tasks * size / (time.perf_counter() - start) / 1e6


if __name__ == '__main__':
    work = {'pipelined': pipelined, 'roundTrip': round_trip, 'buffers': buffers}[sys.argv[1]]
    with Pool(2) as pool:
        show(work(pool, *map(int, sys.argv[2:])))
