// A strip of memory in its lines, and what has been read of it.
touchDraw.walk = ({ colour, text }) => (numbers, [, , kept]) => {
    const [total, read, loads, all, last, down, right] = numbers;
    const places = numbers.slice(7, 55);
    const held = numbers.slice(55);
    const x = column => 130 + 46 * column;
    const y = line => 34 + 46 * line;
    const cells = places.map((times, place) => {
        const [line, column] = [Math.floor(place / 8), place % 8];
        const now = place === last;
        return `<rect x="${x(column)}" y="${y(line)}" width="40" height="34" ` +
            `fill="${times > 0 ? colour(now ? 2 : 1) : "none"}" fill-opacity="${now ? 0.9 : 0.35}"/>` +
            text(x(column) + 20, y(line) + 22, place);
    });
    const lines = held.map((yes, line) => text(112, y(line) + 22, `line ${line}`, "end") +
        (yes ? `<rect x="${x(0) - 5}" y="${y(line) - 5}" width="372" height="44" stroke="${colour(3)}" stroke-width="3"/>` +
            text(512, y(line) + 22, "held", "start") : ""));
    const several = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;
    return {
        svg: text(130, 18, `strides ${down}${right || total > 8 ? ", " + right : ""}`, "start") + cells.join("") + lines.join(""),
        says: `${read} of ${several(total, "number")} read, ${several(loads, "line")} delivered. The whole walk takes ` +
            `${several(all, "delivery").replace("deliverys", "deliveries")} with room for ${several(kept, "line")}.`,
    };
};
