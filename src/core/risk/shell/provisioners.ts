/** Blocks of infrastructure source that a shell runs: provisioners, hooks of Terragrunt and external programs. */
import type { HclBlock, Parsed } from '../evidence.ts';

const RUNS = /^(?:provisioner|before_hook|after_hook|error_hook)$/;

const runs = (b: HclBlock): readonly HclBlock[] => (RUNS.test(b.type) || (b.type === 'data' && b.labels[0] === 'external') ? [b] : b.blocks.flatMap(runs));
export const shellBlocks = (side: Parsed | undefined): readonly HclBlock[] => (side?.kind === 'hcl' ? side.blocks.flatMap(runs) : []);
