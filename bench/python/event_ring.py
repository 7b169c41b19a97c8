"""Microseconds from one process to the next in a ring of events.  event_ring.py PROCESSES ROUNDS"""
import sys
import time
from multiprocessing import Event, Process, SimpleQueue

from figures import show


def pass_many(own, following, count):
    for _ in range(count):
        own.wait()
        own.clear()
        following.set()


def pass_on(own, following, rounds, results):
    pass_many(own, following, rounds)
    start = time.perf_counter()
    pass_many(own, following, rounds)
    if results is not None:
        results.put((time.perf_counter() - start) / rounds * 1e6)


if __name__ == '__main__':
    processes, rounds = int(sys.argv[1]), int(sys.argv[2])
    ring = [Event() for _ in range(processes)]
    results = SimpleQueue()
    workers = [
        Process(
            target=pass_on,
            args=(ring[i], ring[(i + 1) % processes], rounds, results if i == 0 else None),
        )
        for i in range(processes)
    ]
    for worker in workers:
        worker.start()
    ring[0].set()
    per_round = results.get()
    for worker in workers:
        worker.join()
    show(per_round / processes)
