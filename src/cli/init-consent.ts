/** Nothing is written without somebody's word: one question a file, and silence, an end of input or anything but yes is a no. */
import { createInterface } from 'node:readline/promises';
import type { InitFile } from './init-files.ts';

/** Who is asked. `asks` false: there is nobody. */
export interface Asked {
  readonly asks: boolean;
  show(text: string): void;
  /** null: there is no answer, and will be none. */
  ask(question: string): Promise<string | null>;
  end(): void;
}

/** The terminal we run in. */
export function ownTerminal(): Asked {
  const asks = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const lines = asks ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  let closed = false;
  lines?.once('close', () => {
    closed = true;
  });
  return {
    asks,
    show: (text) => void process.stdout.write(text),
    ask: (question) =>
      lines === null || closed
        ? Promise.resolve(null)
        : new Promise((resolve) => {
            lines.once('close', () => resolve(null));
            lines.question(question).then(resolve, () => resolve(null));
          }),
    end: () => lines?.close(),
  };
}

/** Times one question is put again: an answer nobody understands is a no in the end. */
const MOST = 20;

/** The files somebody said yes to, one by one. */
export async function consented(files: readonly InitFile[], asked: Asked): Promise<readonly InitFile[]> {
  const yes: InitFile[] = [];
  for (const file of files) if (await wants(file, asked)) yes.push(file);
  return yes;
}

async function wants(file: InitFile, asked: Asked): Promise<boolean> {
  for (let turn = 0; turn < MOST; turn++) {
    const answer = (await asked.ask(`write ${file.path}? [y/N/d(iff)] `))?.trim().toLowerCase() ?? '';
    if (answer === 'y' || answer === 'yes') return true;
    if (answer !== 'd' && answer !== 'diff') return false;
    asked.show(added(file));
  }
  return false;
}

/** Every file is new, so each line of it is. What is in it was made plain when it was written. */
export const added = ({ path, text }: InitFile): string =>
  `--- /dev/null\n+++ ${path}\n${text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `+${line}\n`)
    .join('')}`;
