/** How the story is told: to a reader of the terminal, or silently to a test. What does not hold ends it. */

export interface Teller {
  chapter(title: string): void;
  say(text: string): void;
  /** Output of a command, indented. */
  show(text: string): void;
}

export const silent: Teller = { chapter: () => {}, say: () => {}, show: () => {} };

const styled = (code: number, text: string): string => (process.stdout.isTTY ? `\x1b[${code}m${text}\x1b[0m` : text);

export const aloud: Teller = {
  chapter: (title) => console.log(`\n${styled(1, title)}`),
  say: (text) => console.log(`  ${text}`),
  show: (text) =>
    console.log(
      text
        .trim()
        .split('\n')
        .map((line) => `    ${styled(2, '│')} ${line.replace(/^remote: /, '').trimEnd()}`)
        .join('\n'),
    ),
};

/** One refusal or answer the story claims: `code` has to stand in what was said. */
export function expectCode(code: string, said: string): void {
  if (!said.includes(code)) throw new Error(`expected ${code}, and this was said instead:\n${said}`);
}

export function expect(holds: boolean, claim: string, said = ''): void {
  if (!holds) throw new Error(`it does not hold that ${claim}\n${said}`);
}
