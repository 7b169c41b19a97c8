"""Small objects a second from one process to another, one by one.  queue_spsc_small.py ITEMS"""
import sys
import time
from multiprocessing import Event, Process, Queue

from figures import show


def put_many(queue, count):
    for i in range(count):
        queue.put({'id': i, 'name': 'item', 'ok': True})


def produce(queue, go, items):
    put_many(queue, items // 5)
    go.wait()
    put_many(queue, items)


def consume(queue, count):
    for i in range(count):
        item = queue.get()
        if item['id'] != i:
            raise RuntimeError('another item came')


if __name__ == '__main__':
    items = int(sys.argv[1])
    queue, go = Queue(), Event()
    producer = Process(target=produce, args=(queue, go, items))
    producer.start()
    consume(queue, items // 5)
    start = time.perf_counter()
    go.set()
    consume(queue, items)
    show(items / (time.perf_counter() - start))
    producer.join()
