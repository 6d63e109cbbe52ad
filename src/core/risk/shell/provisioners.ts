/** Lines of infrastructure source that a shell runs: provisioners, hooks of Terragrunt and external programs. */
import type { HclBlock, Parsed } from '../evidence.ts';
import type { NewLine } from '../lines.ts';

const RUNS = /^(?:provisioner|before_hook|after_hook|error_hook)$/;

const runs = (b: HclBlock): readonly HclBlock[] => (RUNS.test(b.type) || (b.type === 'data' && b.labels[0] === 'external') ? [b] : b.blocks.flatMap(runs));
export const shellBlocks = (side: Parsed | undefined): readonly HclBlock[] => (side?.kind === 'hcl' ? side.blocks.flatMap(runs) : []);

/** From and to, 1-based, of each block whose attributes are commands. Nested blocks stand inside their parent's lines. */
export const shellLines = (side: Parsed | undefined): readonly (readonly [number, number])[] => shellBlocks(side).map((b) => [b.line, b.endLine] as const);

/** Lists of words, which formatters put on a line each: read together they are one command. */
export const shellLists = (side: Parsed | undefined): readonly NewLine[] =>
  shellBlocks(side).flatMap((b) => b.attributes.filter((a) => a.expression.startsWith('[')).map((a) => ({ line: a.line, text: `${a.name} = ${a.expression}` })));
