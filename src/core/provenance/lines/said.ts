/** What could not be read, in words: a hostile record has more of it than anybody reads, so it is counted after a few. */
export interface Said {
  add(words: string): void;
  all(): readonly string[];
}

const MOST = 20;

export function said(): Said {
  const words: string[] = [];
  let more = 0;
  return {
    add: (text) => {
      if (words.length < MOST) words.push(clipped(text));
      else more += 1;
    },
    all: () => (more === 0 ? [...words] : [...words, `and ${more} more of the kind`]),
  };
}

const clipped = (text: string): string => (text.length <= 300 ? text : `${text.slice(0, 297)}...`);
