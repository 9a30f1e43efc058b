// The gradient norms of eight layers over forty steps, and what the clinic says first.
touchDraw.ward = ({ colour, path, text, plain }) => (numbers, [illness, layer]) => {
    const layers = 8, steps = 40;
    const x = step => 80 + step * 470 / (steps - 1), y = log => 190 - 40 * Math.max(-4, Math.min(4, log));
    const at = (i, step) => numbers[step * layers + i];
    const power = log => log ? `10<tspan dy="-7" font-size="13">${log < 0 ? "−" : ""}${Math.abs(log)}</tspan>` : "1";
    const across = [-4, -2, 0, 2, 4].map(log => `<path d="M80 ${y(log)}H550" stroke-opacity="${log ? 0.2 : 0.5}"/>` +
        text(72, y(log) + 6, log === -4 ? "0" : power(log), "end"));
    const [fault, place, step] = [...numbers].slice(layers * steps);
    const line = i => path(Array.from({ length: steps }, (_, k) => [x(k), y(at(i, k))]));
    const chosen = illness < 4 ? layer : -1;
    const lines = Array.from({ length: layers }, (_, i) =>
        `<path d="${line(i)}" stroke="${i === chosen ? colour(2) : colour(1)}" stroke-width="${i === chosen ? 4 : 1.5}" stroke-opacity="${i === chosen ? 1 : 0.3 + 0.08 * i}"/>`);
    // Names at the right, pushed apart where lines end together.
    const ends = Array.from({ length: layers }, (_, i) => [i, y(at(i, steps - 1))]).sort((a, b) => a[1] - b[1]);
    let floor = -Infinity;
    const places = ends.map(([i, end]) => { floor = Math.max(end, floor + 17); return [i, floor]; });
    const over = Math.max(0, places[layers - 1][1] - 356);
    const names = places.map(([i, end]) => text(560, end - over + 5, `layer ${i}`, "start"));
    const said = ["It raises no alarm.", "dead units", "exploding gradient", "no gradient", "no update", "a gradient left over", "loss spike", "something else"];
    const where = place < 0 ? "" : ` in layer ${plain(place)}`;
    return {
        box: [640, 380],
        svg: `<g font-size="16">${across.join("")}${text(80, 14, "gradient norm", "start")}${text(550, 372, "step 39", "end")}${text(80, 372, "step 0", "start")}` +
            `<path d="M${x(20)} 24V356" stroke-dasharray="4 4" stroke-opacity="0.6"/>${text(x(20), 372, "step 20")}</g>${lines.join("")}<g font-size="15">${names.join("")}</g>`,
        says: fault ? `The clinic says: ${said[fault]}${where}, since step ${plain(step)}.` : "The clinic says nothing.",
    };
};
