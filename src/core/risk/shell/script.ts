/**
 * What a shell runs, as commands of words, wherever it is written: a script, a step of a pipeline, a recipe, a string that a
 * program hands to a shell. Whoever writes a change chooses all of it; what is not known here stands as an open part.
 */

/** Where a script was found; it decides what the machine is that it runs on. */
export type Runner = 'script' | 'workflow' | 'make' | 'image' | 'package' | 'provisioner' | 'program' | 'ansible' | 'unit' | 'timer' | 'container';

/** Languages whose calls of a shell are read. */
export type ProgramLanguage = 'python' | 'javascript' | 'ruby' | 'perl' | 'php' | 'go' | 'groovy';

export interface Script {
  readonly runner: Runner;
  /** For example `deploy / step 3` or `target clean`; empty for a whole file. */
  readonly name: string;
  /** The runner is thrown away afterwards: a hosted machine of a pipeline, an image that is being built. */
  readonly scratch: boolean;
  readonly commands: readonly Command[];
  /** Lines that the grammar could not read, or all of them: patterns read these as text. Empty where everything parsed. */
  readonly unread: readonly { readonly line: number; readonly text: string }[];
}

export interface Command {
  /** 1-based, in the file. */
  readonly line: number;
  /** The name of the command first; never empty. */
  readonly words: readonly Word[];
  /** `A=b` before it. */
  readonly given: readonly string[];
  /** What it reads from a heredoc or a here-string, where that is known. */
  readonly input?: string;
  /** Names of the commands before and behind it in its pipeline. */
  readonly from: readonly (readonly Word[])[];
  readonly into: readonly (readonly Word[])[];
  readonly redirects: readonly { readonly operator: string; readonly target: string }[];
  /** What has to hold or has to be called for it to run: tests, loops, functions, `if:` of a step. */
  readonly conditions: readonly string[];
  /** Options in force: letters of `set`, and `o` words such as `pipefail`. */
  readonly options: readonly string[];
  /** `|| true`, `|| :`: its failure is ignored. */
  readonly ignored: boolean;
  /** The function it stands in. */
  readonly within?: string;
  /** How it is reached where not directly: `sh -c`, `trap`, `function up`, `alias tf`. */
  readonly via: readonly string[];
}

export interface Word {
  /** Quotes gone; an open part stands as it is written. */
  readonly text: string;
  readonly parts: readonly Part[];
}

/** A piece of a word. `open`: known only when it runs. */
export interface Part {
  readonly text: string;
  readonly quoted: boolean;
  readonly open?: Open;
}

export interface Open {
  readonly by: 'variable' | 'command' | 'expression';
  /** Name of the variable, text of the command or expression. */
  readonly name: string;
  /** `${X:?}`: the shell stops where it is empty. */
  readonly guarded: boolean;
  /** `${X:-this}`. */
  readonly fallback?: string;
}

export const literal = (text: string, quoted = true): Word => ({ text, parts: [{ text, quoted }] });
export const wordOf = (parts: readonly Part[]): Word => ({ text: parts.map((p) => p.text).join(''), parts });
export const isOpen = (word: Word | undefined): boolean => word?.parts.some((p) => p.open !== undefined) === true;

/** What the grammar read, before variables, functions and nested scripts are followed. */
export interface Read {
  readonly commands: readonly Command[];
  readonly assigned: readonly Assigned[];
  readonly unread: Script['unread'];
}

/** `value` undefined: set to what only a run knows (`read x`). A list for arrays and for what a loop goes through. */
export interface Assigned {
  readonly name: string;
  readonly values: readonly (Word | undefined)[];
  readonly list: boolean;
  readonly line: number;
  readonly conditions: readonly string[];
  readonly within?: string;
}

/** Last part of a path, without `.exe`: `/usr/bin/terraform` is terraform. */
export const toolName = (word: Word | undefined): string => {
  const text = word?.text ?? '';
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1).replace(/\.exe$/i, '');
};
