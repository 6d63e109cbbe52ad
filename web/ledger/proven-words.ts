/** What is proven of the log, in a sentence, and what is not. */
import type { Witnessed } from '../api/generated.ts';
import { anyOf } from '../ui/words.ts';

export interface ProvenWords {
  readonly holds: boolean;
  /** `Proven to size 12`, `Not proven`. */
  readonly title: string;
  /** What follows the title: who, or why not. */
  readonly rest: string;
  /** When the quorum stood, ISO; null where it never did. */
  readonly at: string | null;
  /** What is not proven though something is. */
  readonly open: string | null;
  /** Witnesses that contradict the log by a proof. */
  readonly forks: readonly string[];
  /** Witnesses that do not answer, and why. */
  readonly silent: readonly string[];
}

export function provenWords(size: number, witnesses: Witnessed | null): ProvenWords {
  const standings = witnesses?.standings ?? [];
  const told = (fork: boolean): readonly string[] =>
    standings.flatMap(({ name, problem }) => (problem !== null && (problem.code === 'LOG_FORK') === fork ? [`${name}: ${problem.message}`] : []));
  const words = { forks: told(true), silent: told(false) };
  if (witnesses === null) return { ...words, holds: false, title: 'Not proven', rest: ': no witnesses configured', at: null, open: null };
  if (witnesses.quorum === null) return { ...words, holds: false, title: 'Not proven', rest: ': the policy asks no witness', at: null, open: null };
  const { proven, quorum } = witnesses;
  if (proven === null) return { ...words, holds: false, title: 'Not proven', rest: `: no checkpoint is cosigned by ${quorum} yet`, at: null, open: null };
  const by = anyOf(
    proven.by.map((c) => c.witness),
    'and',
  );
  const left = size - proven.size;
  const open = left > 0 ? `The newest ${left === 1 ? 'entry is' : `${left} entries are`} not proven: cosignatures of ${quorum} are missing.` : null;
  return { ...words, holds: left <= 0, title: `Proven to size ${proven.size}`, rest: ` by ${by}`, at: proven.at, open };
}
