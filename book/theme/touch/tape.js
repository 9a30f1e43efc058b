// Six operations, forward and back.
touchDraw.tape = ({ colour, text, plain }) => (numbers, [w, step]) => {
    const names = ["w · x", "+ b", "relu", "w · h", "− 9", "squared"];
    // a box has its value after its step forward, its gradient after its step back
    const forward = i => step > i;
    const back = i => step > 11 - i;
    const y = i => 26 + 54 * i;
    const rows = names.map((name, i) => {
        const now = step > 0 && (step <= 6 ? i === step - 1 : i === 12 - step);
        const arrow = i < 5 ? `<path d="M230 ${y(i) + 38}v16" stroke-opacity="0.6"/>` : "";
        return `<rect x="150" y="${y(i)}" width="160" height="38" ${now ? `stroke="${colour(1)}" stroke-width="3"` : ""}/>` + arrow +
            text(230, y(i) + 24, name + (forward(i) ? " = " + plain(numbers[i]) : "")) +
            (back(i) ? text(330, y(i) + 24, "d = " + plain(numbers[6 + i]), "start") : "");
    });
    const [dx, db, early, late] = numbers.slice(12);
    const said = (i, what, at) => back(i) ? text(470, y(at) + 24, what, "start") : "";
    const inputs = said(3, `to w, late use: ${plain(late)}`, 3) + said(1, `to b: ${plain(db)}`, 1) +
        said(0, `to x: ${plain(dx)}, to w: ${plain(early)}`, 0);
    let says = "Nothing has been computed yet.";
    if (step >= 12) says = `The gradient of w is ${plain(early)} + ${plain(late)} = ${plain(early + late)}: both uses count.`;
    else if (step > 6) says = `Step back: “${names[12 - step]}” has its gradient, ${plain(numbers[18 - step])}, and hands it on.`;
    else if (step > 0) says = `Step forward: “${names[step - 1]}” is ${plain(numbers[step - 1])}.`;
    return { svg: text(130, y(0) + 24, `w = ${plain(w)}`, "end") + rows.join("") + inputs, says };
};
