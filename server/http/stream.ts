/** Asks for a piece only when it is read, so that a reply that nobody reads holds nothing; a reader who goes ends the reading. */
export function streamOf(pieces: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The same pieces, once the first of them is there: whatever refuses does so before the reply has begun. */
export async function begun<T>(pieces: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await pieces.next();
  const rest = (async function* () {
    try {
      // Only who has entered a generator can leave it: somebody may go before the first piece.
      yield null;
      if (first.done) return;
      yield first.value;
      yield* pieces;
    } finally {
      await pieces.return(undefined);
    }
  })() as AsyncGenerator<T>;
  await rest.next();
  return rest;
}

/** The same pieces, within a turn that ends with them: read to the end, failed, or left. */
export async function* within<T>(turn: Disposable, pieces: AsyncGenerator<T>): AsyncGenerator<T> {
  using _turn = turn;
  yield* pieces;
}
