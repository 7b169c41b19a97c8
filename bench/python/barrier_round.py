"""Microseconds of one meeting of N processes.  barrier_round.py PROCESSES ROUNDS"""
import sys
import time
from multiprocessing import Barrier, Process, SimpleQueue

from figures import show


def meet_many(barrier, count):
    for _ in range(count):
        barrier.wait()


def meet(barrier, rounds, results):
    meet_many(barrier, rounds)
    start = time.perf_counter()
    meet_many(barrier, rounds)
    if results is not None:
        results.put((time.perf_counter() - start) / rounds * 1e6)


if __name__ == '__main__':
    processes, rounds = int(sys.argv[1]), int(sys.argv[2])
    barrier, results = Barrier(processes), SimpleQueue()
    workers = [
        Process(target=meet, args=(barrier, rounds, results if i == 0 else None)) for i in range(processes)
    ]
    for worker in workers:
        worker.start()
    per_round = results.get()
    for worker in workers:
        worker.join()
    show(per_round)
