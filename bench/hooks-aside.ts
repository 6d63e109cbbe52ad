/** A served repository without its gate, for as long as something is measured. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const EMPTY_HOOK = '#!/bin/sh\nexit 0\n';
const HOOKS = ['pre-receive', 'post-receive'];

/** @param folder of the hooks. `without` puts empty ones in their place while it runs, and the gate stands again however that ends. */
export function hooksAside(folder: string): { without(act: () => void | Promise<void>): Promise<void> } {
  const real = HOOKS.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  const put = (name: string, text: string): void => {
    const fresh = join(folder, `${name}.new`);
    writeFileSync(fresh, text);
    chmodSync(fresh, 0o755);
    renameSync(fresh, join(folder, name));
  };
  return {
    without: async (act) => {
      try {
        for (const [name] of real) put(name, EMPTY_HOOK);
        await act();
      } finally {
        for (const [name, text] of real) put(name, text);
      }
    },
  };
}
