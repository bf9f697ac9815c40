// Hands the user a file.

export function save(name: string, content: Blob | string): void {
  const address = typeof content === "string" ? content : URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  if (typeof content !== "string") setTimeout(() => URL.revokeObjectURL(address), 1000);
}
