/**
 * The port `Reader` over the AI SDK: any endpoint that speaks OpenAI's chat completions, or Anthropic's messages. The key is
 * read from a file, the address is always given: there is no endpoint anybody talks to by accident.
 */
import { readFileSync } from 'node:fs';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, type LanguageModel } from 'ai';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import type { Reader } from '../../flows/ports-reader.ts';

export interface ReaderSettings {
  readonly kind: 'openai-compatible' | 'anthropic';
  /** Up to what the kind adds: `https://models.example/v1`. */
  readonly url: string;
  readonly model: string;
  /** Empty: the endpoint wants none. */
  readonly key: string;
  /** Tokens in and out of one day (UTC), all changes together. */
  readonly tokensPerDay: number;
  readonly seconds: number;
}

const ANSWER_TOKENS = 1_500;
const DAY = 86_400_000;

/** @param clock milliseconds since 1970. */
export function openReader(settings: ReaderSettings, clock: () => number = Date.now): Reader {
  const model = modelOf(settings);
  let day = -1;
  let spent = 0;
  return {
    model: settings.model,
    read: async ({ system, prompt }) => {
      const today = Math.floor(clock() / DAY);
      if (today !== day) [day, spent] = [today, 0];
      // what is asked is counted before it is sent, so that many at once cannot pass the bound together
      const estimate = Math.ceil((system.length + prompt.length) / 3) + ANSWER_TOKENS;
      if (spent + estimate > settings.tokensPerDay)
        return err(
          problem('READER_BUDGET', `the language model has read for ${spent} of ${settings.tokensPerDay} tokens today`, {
            remedy: 'raise COUNTERSIGN_READER_TOKENS_PER_DAY, or wait until tomorrow (UTC)',
          }),
        );
      spent += estimate;
      const answer = await ask(model, settings, system, prompt);
      if (!answer.ok) return answer;
      // an endpoint that counts nothing is taken at our own estimate
      const tokens = answer.value.tokens > 0 ? answer.value.tokens : estimate;
      spent += tokens - estimate;
      return ok({ ...answer.value, tokens });
    },
  };
}

function modelOf({ kind, url, key, model }: ReaderSettings): LanguageModel {
  if (kind === 'anthropic') return createAnthropic({ baseURL: url, apiKey: key })(model);
  return createOpenAICompatible({ name: 'reader', baseURL: url, ...(key === '' ? {} : { apiKey: key }) })(model);
}

async function ask(model: LanguageModel, { seconds }: ReaderSettings, instructions: string, prompt: string): Promise<Result<{ text: string; tokens: number }>> {
  try {
    const { text, usage } = await generateText({ model, instructions, prompt, maxRetries: 1, maxOutputTokens: ANSWER_TOKENS, abortSignal: AbortSignal.timeout(seconds * 1_000) });
    return ok({ text, tokens: usage.totalTokens ?? 0 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err(problem('READER_UNAVAILABLE', `the language model did not answer: ${why.slice(0, 300)}`, { remedy: 'nothing waits for it: judge the change without' }));
  }
}

const NAMES = {
  kind: 'COUNTERSIGN_READER',
  url: 'COUNTERSIGN_READER_URL',
  model: 'COUNTERSIGN_READER_MODEL',
  key: 'COUNTERSIGN_READER_KEY_FILE',
  tokens: 'COUNTERSIGN_READER_TOKENS_PER_DAY',
  seconds: 'COUNTERSIGN_READER_SECONDS',
} as const;

/** From the environment; null where none is asked for. Problem: USAGE, named by the variable. */
export function readerSettings(env: { readonly [name: string]: string | undefined }): Result<ReaderSettings | null> {
  const kind = env[NAMES.kind] ?? '';
  if (kind === '') return ok(null);
  if (kind !== 'openai-compatible' && kind !== 'anthropic') return wrong('kind', `is ${JSON.stringify(kind)}`, 'openai-compatible or anthropic');
  const url = env[NAMES.url] ?? '';
  if (!/^https?:\/\/\S+$/.test(url)) return wrong('url', url === '' ? 'is not set' : 'is no address', 'the address of the endpoint, such as https://models.example/v1');
  const model = env[NAMES.model] ?? '';
  if (model === '') return wrong('model', 'is not set', 'the name of the model');
  const tokensPerDay = whole(env[NAMES.tokens], 1_000_000);
  if (tokensPerDay === undefined) return wrong('tokens', 'is no number', 'a whole number of tokens');
  const seconds = whole(env[NAMES.seconds], 60);
  if (seconds === undefined || seconds > 600) return wrong('seconds', 'is no number up to 600', 'a whole number of seconds');
  const key = keyIn(env[NAMES.key]);
  return key.ok ? ok({ kind, url, model, key: key.value, tokensPerDay, seconds }) : key;
}

function keyIn(file: string | undefined): Result<string> {
  if (file === undefined || file === '') return ok('');
  try {
    return ok(readFileSync(file, 'utf8').trim());
  } catch {
    return wrong('key', `names ${file}, which cannot be read`, 'a file that holds the key and nothing else');
  }
}

const whole = (value: string | undefined, otherwise: number): number | undefined =>
  value === undefined || value === '' ? otherwise : /^\d{1,12}$/.test(value) ? Number(value) : undefined;

const wrong = (name: keyof typeof NAMES, what: string, remedy: string): { readonly ok: false; readonly error: Problem } =>
  err(problem('USAGE', `${NAMES[name]} ${what}`, { place: NAMES[name], remedy: `set it to ${remedy}` }));
