"""Microseconds of one meeting of N processes by a Condition.  condition_round.py PROCESSES ROUNDS"""
import sys
import time
from multiprocessing import Condition, Process, RawArray, SimpleQueue

from figures import show


def meet_many(condition, state, processes, count):
    for _ in range(count):
        with condition:
            round_number = state[1]
            state[0] += 1
            if state[0] == processes:
                state[0] = 0
                state[1] = round_number + 1
                condition.notify_all()
            else:
                condition.wait_for(lambda: state[1] != round_number)


def meet(condition, state, processes, rounds, results):
    meet_many(condition, state, processes, rounds)
    start = time.perf_counter()
    meet_many(condition, state, processes, rounds)
    if results is not None:
        results.put((time.perf_counter() - start) / rounds * 1e6)


if __name__ == '__main__':
    processes, rounds = int(sys.argv[1]), int(sys.argv[2])
    condition, state, results = Condition(), RawArray('i', 2), SimpleQueue()
    workers = [
        Process(target=meet, args=(condition, state, processes, rounds, results if i == 0 else None))
        for i in range(processes)
    ]
    for worker in workers:
        worker.start()
    per_round = results.get()
    for worker in workers:
        worker.join()
    show(per_round)
