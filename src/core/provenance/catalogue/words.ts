/**
 * The words of which every mark needs one: what a message is scanned for before anything else is done with it. A test holds
 * each mark's examples against them; a mark whose word is missing here would never be found.
 */
import { ACCOUNT_BY_ID, ACCOUNT_BY_LOGIN, TOOLS } from './catalogue.ts';
import { PERSON_KEYS, STRONG_KEYS, WEAK_KEYS } from './keys.ts';
import { type Scanner, scannerOf } from './scan.ts';

/** Of names and addresses. */
const NAMES =
  'claude anthropic copilot cursor codex openai gpt devin cognition gemini jetski antigravity aider openhands opendevin ampcode <amp@ droid@ ' +
  'charm.land roomote roo-code windsurf cascade codeium opencode coder.com kiro warp.dev cline augment hermes openclaw trae blackbox kimi letta sageox ' +
  'firebender termai grok earendil block.xyz continue.dev codebuff qwen alibaba clio-agent agent glm deepseek minimax pi-coding bot]';
/** Of session trailers, links and subjects. */
const SESSIONS =
  'turbocommit amp-thread entire-checkpoint entire-session entire-metadata entire-strategy entire-condensation entire-source replit executed-by ai-session ' +
  'jules.google mux-attribution initial-plan apply-suggestion potential-fix-for task-id: commit-message commit-msg';
/** Of what people write in their own words. */
const PROSE =
  'vibe-cod vibecod ai: ai-: with-ai by-ai using-ai an-ai ai-was ai-were of-ai from-ai via-ai used-ai use-ai generative-ai ai-author ai-wrote ai-help ai-assist ai-generat ai-writ ai-cod ai-tool ai-usage ai-disclos ai-disclaim ai-note disclos disclaim transcript opus sonnet haiku fable codestral llm chat-gpt language-model artificial';

const gapped = (name: string): string => name.replace(/[ _-]+/g, '-');
const PREPOSITIONS = ['with', 'by', 'using', 'via', 'of', 'from'];

const WORDS: readonly string[] = [
  ...`${NAMES} ${SESSIONS} ${PROSE}`.split(' '),
  ...[...ACCOUNT_BY_ID.keys()].map((id) => `${id}+`),
  ...[...ACCOUNT_BY_LOGIN.keys()].filter((login) => !login.endsWith('[bot]')).map(gapped),
  ...TOOLS.flatMap((t) => (t.products ?? []).map(gapped)),
  ...TOOLS.flatMap((t) => (t.words ?? []).flatMap((w) => PREPOSITIONS.map((p) => `${p}-${gapped(w)}`))),
  ...STRONG_KEYS,
  ...[...WEAK_KEYS].flatMap((key) => [`${key}:`, `${key}-:`]),
];

let laid: Scanner | undefined;

/** Laid out at the first question. */
export function catalogueScanner(): Scanner {
  laid ??= scannerOf(WORDS);
  return laid;
}

/** Where an organisation has accounts and trailers of its own, every trailer that names somebody is worth reading. */
export const scannerWith = (keys: Iterable<string>): Scanner => scannerOf([...WORDS, ...PERSON_KEYS, ...[...keys].map(gapped)]);
