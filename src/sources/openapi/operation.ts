/**
 * What a request of one operation is made of: everything that was read from the document, as JSON, so that it can go to
 * a worker. Reading makes it (`read-document.ts` and what that calls); sending uses it.
 */
import type { JsonSchema } from "../../core/json-schema.ts";

/** How one operation is called over HTTP. */
export interface OperationPlan {
  /** Upper case. */
  readonly method: string;
  /** As written, with its `{placeholders}`. */
  readonly path: string;
  /** Absolute, variables filled in, without a slash at its end. */
  readonly baseUrl: string;
  readonly parameters: readonly ParameterPlan[];
  readonly body?: BodyPlan | undefined;
  /** The `Accept` header; undefined: anything. */
  readonly accept?: string | undefined;
  /** Ways to be let in, best first; each needs all of its schemes. Empty: none is needed. */
  readonly security: readonly (readonly string[])[];
  /** Doing it twice is the same as doing it once, as the settings promise. Default: as the method tells. */
  readonly isRepeatable?: boolean | undefined;
}

/** Where a parameter goes (OpenAPI 3.2, section 4.12: styles). */
export interface ParameterPlan {
  /** The field of the tool's input that holds its value. */
  readonly field: string;
  /** Its name in the request. */
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie" | "querystring";
  readonly style: ParameterStyle;
  readonly explode: boolean;
  readonly allowReserved: boolean;
  /** Set when its value is written as this media type rather than by a style. */
  readonly contentType?: string | undefined;
}

/** How a parameter's value is written. */
export type ParameterStyle =
  | "simple"
  | "label"
  | "matrix"
  | "form"
  | "spaceDelimited"
  | "pipeDelimited"
  | "deepObject"
  | "cookie";

/** How the body is written. */
export interface BodyPlan {
  /** The field of the tool's input that holds it. */
  readonly field: string;
  /** `application/json`, `application/x-www-form-urlencoded`, `multipart/form-data`, `text/plain`, … */
  readonly contentType: string;
  /**
   * What its value is: any JSON; an object of fields (`form`, `multipart`); a text that is sent as it is (XML and lines of
   * JSON too); bytes or base64 text (`binary`). Reading always says it. Default: as the media type tells.
   */
  readonly kind?: "json" | "form" | "multipart" | "text" | "binary" | undefined;
  /** For forms and multipart: how single properties are written, by name. */
  readonly encoding?: Readonly<Record<string, EncodingPlan>> | undefined;
}

/** How one property of a form or of a multipart body is written. */
export interface EncodingPlan {
  readonly contentType?: string | undefined;
  readonly style?: ParameterStyle | undefined;
  readonly explode?: boolean | undefined;
  readonly allowReserved?: boolean | undefined;
  /** Its value is binary: bytes, or base64 text. */
  readonly binary?: boolean | undefined;
}

/** A way of being let in, as the document declares it (`securitySchemes`, `securityDefinitions`). */
export type SecurityScheme =
  | { readonly kind: "bearer" }
  | { readonly kind: "basic" }
  | { readonly kind: "apiKey"; readonly in: "header" | "query" | "cookie"; readonly name: string }
  | {
      readonly kind: "clientCredentials";
      readonly tokenUrl: string;
      readonly scopes: readonly string[];
    }
  /** One that needs a person or a certificate: a bearer token given by hand serves for OAuth and OpenID Connect. */
  | { readonly kind: "other"; readonly type: string };

/** One operation, read. */
export interface Operation {
  /** The tool's name: unique in its document, at most 64 of `[a-zA-Z0-9_-]`. */
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly deprecated: boolean;
  /** JSON Schema 2020-12, with only the `$defs` it reaches; cycles stay `$ref`s. */
  readonly input: JsonSchema;
  readonly plan: OperationPlan;
}

/** A document, read. */
export interface OpenApiDocument {
  readonly title: string;
  readonly version: string;
  /** Its address, or what it was given as; for people. */
  readonly label: string;
  readonly operations: readonly Operation[];
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Operations that were left out, and why. */
  readonly problems: readonly string[];
}
