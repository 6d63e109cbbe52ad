/** The thread the diff is coloured in: without it a large diff blocks the page for seconds. */
import '@pierre/diffs/worker/worker.js';
