/** Lines of infrastructure source that a shell runs: provisioners, hooks of Terragrunt and external programs. */
import type { HclBlock, Parsed } from './evidence.ts';

const RUNS = /^(?:provisioner|before_hook|after_hook|error_hook)$/;

/** From and to, 1-based, of each block whose attributes are commands. Nested blocks stand inside their parent's lines. */
export function shellLines(side: Parsed | undefined): readonly (readonly [number, number])[] {
  return side?.kind === 'hcl' ? side.blocks.flatMap(runs) : [];
}

const runs = (b: HclBlock): readonly (readonly [number, number])[] =>
  RUNS.test(b.type) || (b.type === 'data' && b.labels[0] === 'external') ? [[b.line, b.endLine]] : b.blocks.flatMap(runs);
