/** Answers each of `items`, in order, with at most `most` of them under way. Rejects with the first failure. */
export async function answerInFlight<Item, Answer>(
  items: readonly Item[],
  most: number,
  answer: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [place, item] of queue) answers[place] = await answer(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return answers;
}
