const FIRST_LENGTH = 8;

/** Numbers in a row, added at one end and removed at both. O(1) each; 8 to 16 bytes for each of the most there ever were. */
export class NumberRing {
  /** A power of two of them. */
  #numbers = new Float64Array(FIRST_LENGTH);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The number at a place, counted from the first; Infinity where there is none. */
  at(place: number): number {
    if (place >= this.#length) return Infinity;
    return this.#numbers[this.#slotOf(place)] ?? Infinity;
  }

  /** Puts another number at a place that there is. */
  set(place: number, number: number): void {
    this.#numbers[this.#slotOf(place)] = number;
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#length += 1;
    this.set(this.#length - 1, number);
  }

  /** Removes the last; there must be one. */
  pop(): void {
    this.#length -= 1;
  }

  /** Removes the first; there must be one. */
  shift(): void {
    this.#head = this.#slotOf(1);
    this.#length -= 1;
  }

  #slotOf(place: number): number {
    return (this.#head + place) & (this.#numbers.length - 1);
  }

  #grow(): void {
    const longer = new Float64Array(this.#length * 2);
    for (let place = 0; place < this.#length; place += 1) longer[place] = this.at(place);
    this.#numbers = longer;
    this.#head = 0;
  }
}
