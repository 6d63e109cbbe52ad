/**
 * The thread of bounded.ts. A grammar is loaded before the clock of a file starts: `began` says that it does. What is posted
 * reaches the other side at once, even while the parser here never comes back.
 */
import { parentPort } from 'node:worker_threads';
import type { Answer, Job } from './bounded.ts';
import { parseLanguage } from './parse.ts';

const post = (answer: Answer): void => parentPort?.postMessage(answer);

parentPort?.on('message', async ({ id, language, text }: Job) => {
  await parseLanguage(language, '');
  post({ id, began: true });
  post({ id, parsed: await parseLanguage(language, text) });
});
