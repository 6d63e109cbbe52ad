/**
 * Models as files. Numbers are written to six digits, so that a model is the same bytes wherever it is trained; what is read is held to
 * its shape, for whoever can write the file would choose every score.
 */
import type { Json } from '../../base/json.ts';
import { err, ok, problem, type Result } from '../../base/result.ts';
import type { Forest, Node } from './boost.ts';
import { FEATURES, FEATURES_VERSION } from './features.ts';
import type { Own } from './fit.ts';
import type { Linear } from './logistic.ts';
import { MODEL_VERSION, type Model, SPACE } from './model.ts';
import { CUTS } from './scale.ts';

/** One line of JSON with a newline at its end. */
export const writeModel = (model: Model): string => `${JSON.stringify(plain(model))}\n`;

/** The model as it reads back, so that a score is the same before it was written. */
export function rounded(model: Model): Model {
  const read = readModel(writeModel(model));
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

const six = (n: number): number => Number(n.toPrecision(6));

function plain(model: Model): Json {
  return JSON.parse(
    JSON.stringify(model, (_, value: unknown) =>
      value instanceof Float64Array ? Array.from(value, six) : typeof value === 'number' && !Number.isInteger(value) ? six(value) : value,
    ),
  ) as Json;
}

/** Problems: MODEL_INVALID, by the name of the field. Never throws. */
export function readModel(text: string): Result<Model> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err(problem('MODEL_INVALID', 'it is not JSON', { remedy: REMEDY }));
  }
  try {
    return ok(modelOf(json));
  } catch (error) {
    return err(
      problem('MODEL_INVALID', error instanceof Wrong ? error.message : 'it cannot be read', { ...(error instanceof Wrong ? { place: error.place } : {}), remedy: REMEDY }),
    );
  }
}

const REMEDY = 'make it anew: countersign risk train';

class Wrong extends Error {
  readonly place: string;
  constructor(place: string, message: string) {
    super(`${place} ${message}`);
    this.place = place;
  }
}

const field = (from: unknown, name: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, name) : undefined);

function modelOf(json: unknown): Model {
  const version = field(json, 'version');
  if (version !== MODEL_VERSION) throw new Wrong('version', `is ${JSON.stringify(version)}, and this program reads ${MODEL_VERSION}`);
  if (field(json, 'features') !== FEATURES_VERSION) throw new Wrong('features', `is of meanings this program does not know (it knows ${FEATURES_VERSION})`);
  const width = SPACE.basis.of.length;
  const [own, level, trained] = [field(json, 'own'), field(json, 'level'), field(json, 'trained')];
  return {
    version: MODEL_VERSION,
    features: FEATURES_VERSION,
    scale: { cuts: cutsIn(field(field(json, 'scale'), 'cuts')) },
    prior: linearIn(field(json, 'prior'), 'prior', width),
    own: own === null ? null : ownIn(own, width),
    weight: numberIn(field(json, 'weight'), 'weight', 0, 1),
    level: { prior: numberIn(field(level, 'prior'), 'level.prior'), own: numberIn(field(level, 'own'), 'level.own'), shift: numberIn(field(level, 'shift'), 'level.shift') },
    usual: listIn(field(json, 'usual'), 'usual', width),
    ranks: risingIn(field(json, 'ranks'), 'ranks'),
    trained: {
      tip: hexIn(field(trained, 'tip'), 'trained.tip'),
      until: numberIn(field(trained, 'until'), 'trained.until', 0),
      changes: numberIn(field(trained, 'changes'), 'trained.changes', 0),
      reverted: numberIn(field(trained, 'reverted'), 'trained.reverted', 0),
      samples: hexIn(field(trained, 'samples'), 'trained.samples'),
    },
  };
}

function cutsIn(value: unknown): Model['scale']['cuts'] {
  if (!Array.isArray(value) || value.length !== FEATURES.length) throw new Wrong('scale.cuts', `is no list of ${FEATURES.length}`);
  return FEATURES.map((f, i) => (f.scale === 'rank' ? risingIn(value[i], `scale.cuts[${i}]`) : null));
}

function risingIn(value: unknown, place: string): readonly number[] {
  const list = listIn(value, place, CUTS);
  if (list.some((n, i) => n < (list[i - 1] ?? n))) throw new Wrong(place, 'goes down somewhere');
  return list;
}

/** @param json the prior that ships has the same shape. */
export function linearIn(json: unknown, place: string, width: number): Linear {
  const sd = listIn(field(json, 'sd'), `${place}.sd`, width);
  if (sd.some((n) => n <= 0)) throw new Wrong(`${place}.sd`, 'is not above nought everywhere');
  return {
    weights: Float64Array.from(listIn(field(json, 'weights'), `${place}.weights`, width)),
    intercept: numberIn(field(json, 'intercept'), `${place}.intercept`),
    mean: Float64Array.from(listIn(field(json, 'mean'), `${place}.mean`, width)),
    sd: Float64Array.from(sd),
  };
}

function ownIn(json: unknown, width: number): Own {
  const forest = field(json, 'forest');
  return { linear: linearIn(field(json, 'linear'), 'own.linear', width), forest: forest === null ? null : forestIn(forest) };
}

const [MOST_TREES, MOST_NODES] = [2_000, 200];

function forestIn(json: unknown): Forest {
  const trees = field(json, 'trees');
  if (!Array.isArray(trees) || trees.length > MOST_TREES) throw new Wrong('own.forest.trees', `is no list of at most ${MOST_TREES}`);
  return { base: numberIn(field(json, 'base'), 'own.forest.base'), trees: trees.map((tree, i) => treeIn(tree, `own.forest.trees[${i}]`)) };
}

/** Children stand behind their parent, so a walk through a tree ends. */
function treeIn(json: unknown, place: string): readonly Node[] {
  if (!Array.isArray(json) || json.length === 0 || json.length > MOST_NODES) throw new Wrong(place, `is no list of at most ${MOST_NODES}`);
  return json.map((node, i): Node => {
    const of = (name: string, least?: number, most?: number): number => numberIn(field(node, name), `${place}[${i}].${name}`, least, most);
    const feature = of('feature', -1, FEATURES.length - 1);
    const child = (name: string): number => (feature < 0 ? 0 : of(name, i + 1, json.length - 1));
    return { feature, cut: of('cut'), left: child('left'), right: child('right'), value: of('value') };
  });
}

function listIn(value: unknown, place: string, length: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== length) throw new Wrong(place, `is no list of ${length} numbers`);
  return value.map((n: unknown, i) => numberIn(n, `${place}[${i}]`));
}

function numberIn(value: unknown, place: string, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least || value > most) throw new Wrong(place, 'is no number that can stand there');
  return value;
}

function hexIn(value: unknown, place: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{40,64}$/.test(value)) throw new Wrong(place, 'is no id in hex');
  return value;
}
