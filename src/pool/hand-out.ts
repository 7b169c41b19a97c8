// Sends a batch to a worker, and before it whatever the worker must know to run it.

import type { Batch } from './dispatcher.js';
import { type RunFrame, ToWorker, Watch } from './frames.js';
import { type ItemList, ItemListWriter } from './item-list.js';
import { PackedValue } from './packed-value.js';
import { indexAt } from './portion.js';
import type { Task } from './task.js';
import type { Worker } from './worker.js';

const packedItems = new ItemListWriter();

/** @returns Rejects with what kept the batch from being sent: shared memory is full, say. */
export function handOut(worker: Worker, batch: Batch<Task>): Promise<void> {
  const { source: task, portion, firstTicket } = batch;
  const { definition, style, options } = task;
  if (worker.forgotten.length > 0) {
    worker.send([ToWorker.forget, worker.forgotten.splice(0)]).catch(() => {});
  }
  if (!worker.functions.has(definition.id)) {
    worker.functions.add(definition.id);
    const { bytes, attachments } = definition.packed;
    const defined = worker.send([ToWorker.define, definition.id, [bytes, attachments]]);
    defined.catch(() => worker.functions.delete(definition.id));
  }
  const { values, packed } = itemsOf(task, batch);
  const run: RunFrame = [ToWorker.run, definition.id, style, firstTicket, values, task.idsOf(portion)];
  const attempts = task.attemptsOf(portion);
  const watch = (options.timeout === undefined ? 0 : Watch.time) | (task.wantsReports ? Watch.reports : 0);
  if (packed || attempts || watch) run.push(packed, attempts, watch);
  return worker.send(run);
}

function itemsOf(task: Task, { portion }: Batch<Task>): ItemList {
  const plain = task.plainItems(portion);
  if (plain) return { values: plain, packed: undefined }; // FAST PATH
  for (let offset = 0; offset < portion.count; offset++) {
    const item = task.itemAt(indexAt(portion, offset));
    if (item instanceof PackedValue) packedItems.packed(item.bytes, item.attachments);
    else packedItems.plain(item);
  }
  return packedItems.take();
}
