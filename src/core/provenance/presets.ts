/**
 * What projects allow in a commit message about AI, as each has published it: what our hooks write there, and what `check`
 * says. A preset never changes what counts as evidence: the reader understands every form, whichever is written.
 */

/** How a value names who assisted. `tool`: no model, though it be known. */
export type DeclarationForm = 'tool:model' | 'tool (model)' | 'tool';

export interface Preset {
  readonly title: string;
  /** The one trailer our hooks write; null: the project wants none of this in its messages. */
  readonly writes: { readonly key: string; readonly form: DeclarationForm } | null;
  /** A commit that carries a mark of AI says so by a declaration of its author, too. */
  readonly requires: boolean;
  /** Keys, folded, no AI may be named by. `any`: no trailer at all may name one. `assistance`: no commit may have any. */
  readonly forbids: readonly string[];
  /** Keys, folded, that name people in this project: no hook writes them for a tool. */
  readonly humanKeys: readonly string[];
  /** Where it says so, and what more it asks, in words. */
  readonly source: string;
}

const ASSISTED = 'Assisted-by';
const SIGNED = 'signed-off-by';
const CO_AUTHOR = 'co-authored-by';
const NOBODY: Pick<Preset, 'requires' | 'forbids' | 'humanKeys'> = { requires: false, forbids: [], humanKeys: [] };
const banned = (title: string, source: string): Preset => ({ ...NOBODY, title, writes: null, forbids: ['assistance'], source });

export const PRESETS = {
  linux: {
    ...NOBODY,
    title: 'Linux',
    writes: { key: ASSISTED, form: 'tool:model' },
    requires: true,
    forbids: [SIGNED],
    source: 'Documentation/process/coding-assistants.rst: Assisted-by: AGENT_NAME:MODEL_VERSION, and no Signed-off-by of an AI',
  },
  zephyr: { ...NOBODY, title: 'Zephyr', writes: { key: ASSISTED, form: 'tool:model' }, requires: true, forbids: [SIGNED], source: 'contribute/guidelines: as in the kernel' },
  llvm: {
    ...NOBODY,
    title: 'LLVM',
    writes: { key: ASSISTED, form: 'tool:model' },
    requires: true,
    source: 'llvm.org/docs/AIToolPolicy.html: label what a tool substantially made',
  },
  openinfra: { ...NOBODY, title: 'OpenInfra', writes: { key: ASSISTED, form: 'tool:model' }, source: 'history of nova and neutron: Generated-By and Assisted-By are in use' },
  asf: {
    ...NOBODY,
    title: 'Apache',
    writes: { key: 'Generated-by', form: 'tool:model' },
    source: 'apache.org/legal/generative-tooling: Generated-by; single projects ask for more',
  },
  fedora: { ...NOBODY, title: 'Fedora', writes: { key: ASSISTED, form: 'tool:model' }, source: 'Assisted-by, as readers of its policy report it' },
  artsy: {
    ...NOBODY,
    title: 'Artsy',
    writes: { key: ASSISTED, form: 'tool:model' },
    forbids: [CO_AUTHOR],
    source: 'Assisted-by and no Co-authored-by, as readers of its policy report it',
  },
  mesa: {
    ...NOBODY,
    title: 'Mesa',
    writes: { key: ASSISTED, form: 'tool (model)' },
    requires: true,
    forbids: [CO_AUTHOR, SIGNED],
    source: 'docs.mesa3d.org/submittingpatches: Assisted-by or Generated-by, TOOL (MODEL), and no Co-authored-by of an AI',
  },
  kubernetes: { ...NOBODY, title: 'Kubernetes', writes: null, forbids: ['any'], source: 'kubernetes.dev, 2026-06-26: no trailer names an AI; disclose it in the pull request' },
  libkrun: {
    ...NOBODY,
    title: 'libkrun',
    writes: { key: ASSISTED, form: 'tool:model' },
    requires: true,
    forbids: [CO_AUTHOR],
    source: 'containers/libkrun#687: Assisted-by: <tool>:<model>, and no Co-Authored-By of an AI',
  },
  curl: { ...NOBODY, title: 'curl', writes: null, humanKeys: ['assisted-by'], source: 'project history: Assisted-by names people' },
  qemu: banned('QEMU', 'no AI; qemu-devel of May 2026 proposes to let in AI-used-for: code, tests'),
  gentoo: banned('Gentoo', 'no AI'),
  netbsd: banned('NetBSD', 'no AI without prior written approval'),
  ghostty: { ...NOBODY, title: 'Ghostty', writes: null, source: 'AI_POLICY.md: disclose it in prose' },
  'rust-analyzer': { ...NOBODY, title: 'rust-analyzer', writes: null, source: 'AI_POLICY.md: disclose it in prose' },
} as const satisfies { readonly [name: string]: Preset };

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
