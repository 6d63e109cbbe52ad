/**
 * The model, where only the agent's transcript names it. The path comes from the event and so from the agent: only a plain
 * file is opened, only its end is read, and only the name of a model is taken from it.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { modelName } from './shape.ts';

const END = 128 << 10;
const MODEL = /"model"\s*:\s*"([^"\\]{1,100})"/g;

export function modelFrom(file: string): string | undefined {
  try {
    // A pipe in its place would wait for ever.
    const fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = fstatSync(fd);
      return stat.isFile() ? lastModel(tail(fd, stat.size)) : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function tail(fd: number, size: number): string {
  const bytes = Buffer.alloc(Math.min(size, END));
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, size - bytes.length));
}

const lastModel = (text: string): string | undefined => [...text.matchAll(MODEL)].map(([, name]) => modelName(name)).findLast((name) => name !== undefined);
