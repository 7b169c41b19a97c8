"""Small objects a second from N processes to N others.  queue_mpmc.py N ITEMS"""
import sys
import time
from multiprocessing import Barrier, Process, Queue, SimpleQueue

from figures import show


def put_many(queue, count):
    for i in range(count):
        queue.put({'id': i, 'name': 'item', 'ok': True})


def get_many(queue, count):
    for _ in range(count):
        queue.get()


def work(step, queue, barrier, count, spans):
    step(queue, count // 5)
    barrier.wait()
    start = time.monotonic()
    step(queue, count)
    spans.put((start, time.monotonic()))


if __name__ == '__main__':
    each, items = int(sys.argv[1]), int(sys.argv[2])
    queue, barrier, spans = Queue(), Barrier(2 * each), SimpleQueue()
    workers = [
        Process(target=work, args=(step, queue, barrier, items // each, spans))
        for step in (put_many, get_many)
        for _ in range(each)
    ]
    for worker in workers:
        worker.start()
    times = [spans.get() for _ in workers]
    for worker in workers:
        worker.join()
    show(items / (max(end for _, end in times) - min(start for start, _ in times)))
