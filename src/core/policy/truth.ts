/** Three values: true, false and undefined for unknown (Kleene). An unknown spreads unless the answer does not hang on it. */

export type Truth = boolean | undefined;

export const not = (a: Truth): Truth => (a === undefined ? undefined : !a);

export const and = (a: Truth, b: Truth): Truth => (a === false || b === false ? false : a === undefined || b === undefined ? undefined : true);

export const or = (a: Truth, b: Truth): Truth => (a === true || b === true ? true : a === undefined || b === undefined ? undefined : false);

/** `and` over a list; true of an empty one. */
export const every = <T>(items: readonly T[], test: (item: T) => Truth): Truth => {
  let answer: Truth = true;
  for (const item of items) {
    answer = and(answer, test(item));
    if (answer === false) return false;
  }
  return answer;
};

/** `or` over a list; false of an empty one. */
export const some = <T>(items: readonly T[], test: (item: T) => Truth): Truth => not(every(items, (item) => not(test(item))));
