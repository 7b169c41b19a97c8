// Values that are made anew over there, by running the initializer of their variable again.

import type { CapturedValue } from './function-recipe.js';
import type { NameQuestion } from './name-decision.js';

export function replayRecipe(question: NameQuestion, value: unknown): CapturedValue | undefined {
  void question;
  void value;
  return undefined;
}
