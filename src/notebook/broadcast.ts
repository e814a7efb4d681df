/** How an output reaches the reader of a notebook: a message of Jupyter's protocol, `display_data`. */
export type Broadcast = (type: string, content: Record<string, unknown>) => Promise<void>;

/** One output in several forms, by media type; the reader's program takes the richest it can show. */
export type Media = Readonly<Record<string, string>>;

/** The kernel's own; throws outside `deno jupyter`. */
export const broadcast: Broadcast = (type, content) => Deno.jupyter.broadcast(type, content);
