// Properties shared by the classes whose objects hold a secret.

/** Passed to a constructor, wraps an object that the module has made. No other code has this symbol. */
export const MADE = Symbol();

/** The same length for every secret. */
export const MASK = "********";

const SHOWN = Symbol.for("nodejs.util.inspect.custom");

/** The value of a field in every object. structuredClone refuses functions; without this field it would return `{}`. */
export const notCloneable = () => {
  throw new TypeError("an object with a secret cannot be cloned");
};

/** Adds these properties to a class. `describe` returns the fields of an object that a console may show. */
export function holdsSecret({ name, prototype }, expose, describe) {
  const refuse = () => {
    throw new TypeError(`a ${name} is not turned into text, because it holds a secret; call ${expose} where you mean to`);
  };
  const methods = {
    toString: refuse,
    toJSON: refuse,
    [SHOWN](_depth, style, inspect) {
      let shown;
      try {
        shown = { ...describe(this), secret: MASK };
      } catch {
        return `${name} (freed)`;
      }
      return `${name} ${inspect(shown, style)}`;
    },
  };
  if (Symbol.dispose) methods[Symbol.dispose] = prototype.free;
  for (const key of Reflect.ownKeys(methods)) {
    Object.defineProperty(prototype, key, { value: methods[key], configurable: true, writable: true });
  }
}
