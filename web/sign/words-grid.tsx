/** The eight fingerprint words, numbered so that two people can compare them aloud. */

export function Words({ words }: { words: readonly string[] }) {
  return (
    <ol className="words" data-testid="fingerprint">
      {words.map((word, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the position is the identity of a word, and words may repeat
        <li key={i}>{word}</li>
      ))}
    </ol>
  );
}
