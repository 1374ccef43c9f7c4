/** What is wrong with a part of a document: the operation that needs it is left out. */

/** A fault of the document; its message says where it is and how to mend it. */
export class DocumentProblem extends Error {
  override readonly name = "DocumentProblem";
}

/** Another document must be loaded before this part can be read. */
export class MissingDocument extends Error {
  override readonly name = "MissingDocument";
}
