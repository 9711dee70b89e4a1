/** Waits for the page, which may be hidden. */
let timer: ReturnType<typeof setTimeout> | undefined;

addEventListener('message', (event: MessageEvent<[number, number]>) => {
  const [set, wait] = event.data;
  clearTimeout(timer);
  timer = setTimeout(() => postMessage(set), wait);
});
