/** One command seen as one tool with its words, and what a rule says of it. */
import type { Saying } from '../finding.ts';
import type { Finding, Tier } from '../risk.ts';
import { type Command, isOpen, type Script, toolName, type Word } from './script.ts';

export interface Hit {
  readonly make: (saying: Saying) => Finding;
  /** Continues `<path> line <n>`. */
  readonly why: string;
  /** Where it is not that of the rule. */
  readonly severity?: Tier;
}

export class Asked {
  readonly tool: string;
  /** Texts of the words behind the tool. */
  readonly args: readonly string[];
  readonly words: readonly Word[];
  readonly command: Command;
  readonly script: Script;
  constructor(words: readonly Word[], command: Command, script: Script) {
    [this.words, this.command, this.script] = [words, command, script];
    this.tool = toolName(words[0]);
    this.args = words.slice(1).map((w) => w.text);
  }

  /** `--name`, `-name`, `--name=x`. */
  has = (...names: readonly string[]): boolean => this.args.some((a) => names.some((n) => a === n || a.startsWith(`${n}=`)));
  /** A letter among short flags: `-rf` has r and f. */
  letter = (letter: string): boolean => this.args.some((a) => /^-[A-Za-z]{1,12}$/.test(a) && a.includes(letter));
  /** Value of `--name x` or `--name=x`. */
  value(...names: readonly string[]): string | undefined {
    const at = this.args.findIndex((a) => names.some((n) => a === n || a.startsWith(`${n}=`)));
    const arg = this.args[at];
    if (arg === undefined) return undefined;
    const equals = arg.indexOf('=');
    return equals > 0 ? arg.slice(equals + 1) : this.args[at + 1];
  }

  /** Words that are no flags; the value of a flag may be among them. */
  get plain(): readonly string[] {
    return this.args.filter((a) => !a.startsWith('-'));
  }

  /**
   * What the subcommand may be: the first plain word, and behind a flag that may have taken it, the next. Unknown flags make more
   * of them possible, never fewer.
   */
  get verbs(): readonly string[] {
    const out: string[] = [];
    let flag = false;
    for (const a of this.args) {
      if (a.startsWith('-')) {
        flag = !a.includes('=');
        continue;
      }
      out.push(a);
      if (!flag || out.length > 6) break;
      flag = false;
    }
    return out;
  }

  /** Plain words behind a verb. */
  behind = (verb: string): readonly string[] => this.args.slice(this.args.indexOf(verb) + 1).filter((a) => !a.startsWith('-'));

  /** The subcommand is known only when it runs. */
  get openVerb(): boolean {
    const first = this.words.slice(1).find((w) => !w.text.startsWith('-'));
    return first !== undefined && isOpen(first) && first.parts[0]?.open !== undefined;
  }

  /** It says what it would do, or how it is used, and does nothing. */
  get onlyShows(): boolean {
    return this.args.some((a, i) => a === '--help' || /^--dry-?run(?:=(?!none|false|0)[\w-]+)?$/.test(a) || (a === 'help' && i === 0)) && !/^(?:rm|psql)$/.test(this.tool);
  }
}

/** Whatever one of them sees first; each tells of one kind of danger. */
export const anyOf =
  (...rules: readonly ((asked: Asked) => Hit | undefined)[]): ((asked: Asked) => Hit | undefined) =>
  (asked) => {
    for (const r of rules) {
      const hit = r(asked);
      if (hit !== undefined) return hit;
    }
    return undefined;
  };
