/** The receipt as a file: the signer keeps what proves their word, whatever becomes of this server. */
import type { SignedReceipt } from '../api/generated.ts';

export function SaveReceipt({ receipt, name }: { receipt: SignedReceipt | null; name: string }) {
  if (receipt === null) return <p className="hint">The log could not prove this entry just now. Your word is in it; the proof comes with the evidence.</p>;
  return (
    <p>
      <button type="button" className="quiet" data-testid="save-receipt" onClick={() => save(`${JSON.stringify(receipt, null, 2)}\n`, `${name}.receipt.json`)}>
        Save receipt
      </button>{' '}
      <span className="hint">
        <code>countersign receipt verify</code> proves it without this server.
      </span>
    </p>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
