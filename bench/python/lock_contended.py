"""Critical sections a second of N processes.  lock_contended.py PROCESSES MILLISECONDS"""
import sys
import time
from multiprocessing import Barrier, Lock, Process, SimpleQueue

from figures import show

WARM_UP = 0.2


def sections_in(lock, duration):
    end = time.perf_counter() + duration
    sections = 0
    while time.perf_counter() < end:
        for _ in range(16):
            lock.acquire()
            sections += 1
            lock.release()
    return sections


def contend(lock, barrier, duration, results):
    barrier.wait()
    sections_in(lock, WARM_UP)
    results.put(sections_in(lock, duration))


if __name__ == '__main__':
    processes, duration = int(sys.argv[1]), int(sys.argv[2]) / 1000
    lock, barrier, results = Lock(), Barrier(processes), SimpleQueue()
    workers = [Process(target=contend, args=(lock, barrier, duration, results)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    sections = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    show(sum(sections) / duration, **{'most/least per process': max(sections) / max(1, min(sections))})
