/** `countersign detect --stdin`: commits somebody else describes, one JSON value a line, answered one a line. Memory holds one line. */
import type { Registry } from '../core/provenance/registry.ts';
import { detectorOf } from '../flows/detect-commit.ts';
import { readCommitLine } from '../flows/detect-line.ts';
import { detectionLine } from './detect-line-text.ts';
import { lineWriter } from './detect-out.ts';
import { type Answer, EXIT } from './exit.ts';
import { linesOf } from './lines.ts';
import { visible } from './terminal.ts';

/** A message of 5 MB, every character of it escaped, fits; whatever is longer is refused without being held. */
const MOST_LINE = 32 << 20;

/** Exit 0: every line was a commit; 2: some were not, each was said on standard error with its number, and the rest was answered. */
export async function detectLines(registry: Registry, input: AsyncIterable<Uint8Array> = process.stdin): Promise<Answer> {
  const out = lineWriter(process.stdout);
  const detect = detectorOf(registry);
  let wrong = 0;
  for await (const { number, bytes } of linesOf(input, MOST_LINE)) {
    if (out.gone.aborted) break;
    const commit = readCommitLine(bytes);
    if (!commit.ok) {
      wrong += 1;
      process.stderr.write(`countersign: line ${number}: ${visible(commit.error)} [USAGE]\n`);
      continue;
    }
    const wait = out.line(detectionLine(detect(commit.value)));
    if (wait !== undefined) await wait;
  }
  await out.end();
  return { code: wrong === 0 ? EXIT.ok : EXIT.refused, stdout: '', stderr: '' };
}
