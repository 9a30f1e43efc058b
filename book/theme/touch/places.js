// The buffer of gradients during the walk back: who lies where, and for how long.
touchDraw.places = ({ colour, text, plain }) => (numbers, [, step]) => {
    const names = ["embedding", "layernorm", "linear", "gelu", "add", "cross-entropy"];
    const [buffer, apart] = numbers;
    const gradients = Array.from({ length: (numbers.length - 2) / 5 }, (_, i) => {
        const [op, start, length, born, dies] = numbers.slice(2 + 5 * i, 7 + 5 * i);
        return { name: names[op], start, length, born, dies };
    });
    const px = at => 20 + at * 450 / apart, py = row => 16 + row * 24;
    const at = step - 1; // after step 1 the loss has been walked
    let bars = "", alive = 0;
    for (const g of gradients) {
        if (g.born > at && !(step === 0 && g.born === 0 && g.dies === 0)) continue;
        const living = step === 0 ? g.dies === 0 : g.dies >= at;
        if (living) alive += g.length;
        const reading = step > 0 && g.dies === at;
        const fill = living ? `fill="${colour(reading ? 2 : 1)}" fill-opacity="0.45"` : "";
        bars += `<rect x="${px(g.start).toFixed(1)}" y="${(py(g.born) + 2).toFixed(1)}" ` +
            `width="${Math.max(2, g.length * 450 / apart - 1).toFixed(1)}" height="${(g.dies - g.born) * 24 + 20}" ` +
            `${fill} stroke-opacity="${living ? 1 : 0.3}"/>`;
    }
    const rows = gradients.map((g, row) =>
        `<path d="M20 ${py(row)}H620" stroke-opacity="0.12"/>` +
        text(490, py(row) + 17, `${g.name}${row === at ? " ←" : ""}`, "start"));
    const end = `<path d="M${px(buffer).toFixed(1)} 10V330" stroke-dasharray="6 4"/>` +
        text(Math.min(px(buffer), 440), 350, `${plain(buffer)} numbers`);
    const now = gradients[at];
    let says = `Nothing has been walked. The loss has its gradient, which is 1. The buffer has ${plain(buffer)} places.`;
    if (now) {
        const born = gradients.filter(g => g.born === at && g !== now);
        const stores = born.length ? `and stores ${born.map(g => `that of “${g.name}” (${plain(g.length)})`).join(" and ")}` : "and adds to what is there";
        says = `Step ${step}: “${now.name}” reads its gradient of ${plain(now.length)} numbers ${stores}. ` +
            `Alive: ${plain(alive)} numbers, in a buffer of ${plain(buffer)}.`;
    }
    return { svg: rows.join("") + bars + end, says };
};
