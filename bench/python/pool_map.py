"""Items a second of Pool.map, two workers.  pool_map.py ITEMS CHUNK ('auto' or a number)"""
import sys
import time
from multiprocessing import Pool

from figures import show


def following(x):
    return x + 1


if __name__ == '__main__':
    items = int(sys.argv[1])
    chunksize = None if sys.argv[2] == 'auto' else int(sys.argv[2])
    numbers = list(range(items))
    with Pool(2) as pool:
        pool.map(following, numbers[: items // 5], chunksize)
        start = time.perf_counter()
        results = pool.map(following, numbers, chunksize)
        elapsed = time.perf_counter() - start
    if len(results) != items or results[-1] != items:
        raise RuntimeError('wrong results')
    show(items / elapsed)
