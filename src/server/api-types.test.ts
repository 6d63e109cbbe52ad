/** The types that clients are written with are those of the document. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OPERATIONS } from './openapi.ts';

const root = join(import.meta.dirname, '../..');

/** To write it again: node scripts/api-types.mjs */
it('are committed as they are generated', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/api-types.mjs'), '--print'], { encoding: 'utf8', maxBuffer: 16 << 20 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(readFileSync(join(root, 'web/api/generated.ts'), 'utf8'));
  for (const { method, path } of OPERATIONS.filter((op) => op.answer !== null)) expect(stdout).toContain(`readonly '${method} ${path.replace(/:(\w+)/g, '{$1}')}': {`);
});
