/** Height and width in pixels of what a picture becomes: an image as Fashion-MNIST has them. */
export const imageSize = 28;

/** How what lies behind the garment compares with it: found out, or said by the user. */
export const grounds = ["auto", "dark", "light"] as const;
export type Ground = (typeof grounds)[number];

/** How a picture becomes an image of Fashion-MNIST. */
export interface Preparation {
  /** Takes the picture as it is: only scaled to 28 x 28. */
  readonly raw?: boolean;
  readonly ground?: Ground;
}
