"""One report in six languages, as pages, and what is near it without being a translation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DAY = datetime(2025, 7, 2, 9, 0, tzinfo=UTC)

#: language to (headline, paragraphs)
REPORT: Mapping[str, tuple[str, Sequence[str]]] = {
    "en": (
        "Three Baku editors released after 41 days",
        (
            (
                "A court in Sumqayit on Tuesday released Rauf Quliyev, Leyla Mammadova and the "
                "cameraman Igor Petrov, who had spent 41 days in custody after a raid on the "
                "office of Channel Meridian, their lawyer Samir Hasanov said."
            ),
            (
                "Prosecutors had asked for 120 days. The judge, Elnur Abbasov, ordered each of "
                "them to pay 5,500 manats and to stay in Azerbaijan until the hearing in Ganja. "
                "The embassy of Kazakhstan and the consul of Georgia, Nino Beridze, were in the "
                "room."
            ),
            (
                "Police took 17 computers and 230 hours of tape from the office. The owner of the "
                "channel, Viktor Lomov, wrote from Almaty that he expects all of it back, and that "
                "the work of the newsroom in Tbilisi goes on as before."
            ),
        ),
    ),
    "ru": (
        "Трёх бакинских редакторов отпустили спустя 41 день",
        (
            (
                "Суд в Сумгаите во вторник освободил Рауфа Гулиева, Лейлу Мамедову и оператора "
                "Игоря Петрова, которые провели под стражей 41 день после обыска в редакции канала "
                "«Меридиан», сообщил их адвокат Самир Гасанов."
            ),
            (
                "Прокуратура просила 120 суток. Судья Эльнур Аббасов обязал каждого внести 5500 "
                "манатов и не покидать Азербайджан до заседания в Гяндже. В зале были "
                "представители посольства Казахстана и консул Грузии Нино Беридзе."
            ),
            (
                "Полиция изъяла из редакции 17 компьютеров и 230 часов записей. Владелец канала "
                "Виктор Ломов написал из Алматы, что рассчитывает получить всё обратно и что "
                "работа редакции в Тбилиси продолжается."
            ),
        ),
    ),
    "az": (
        "Üç bakılı redaktor 41 gündən sonra azad edildi",
        (
            (
                "Sumqayıtda məhkəmə çərşənbə axşamı Rauf Quliyevi, Leyla Məmmədovanı və operator "
                "İqor Petrovu azad etdi. Vəkil Samir Həsənovun sözlərinə görə, onlar “Meridian” "
                "kanalının ofisindəki axtarışdan sonra 41 gün həbsdə qalmışdılar."
            ),
            (
                "Prokurorluq 120 sutka istəmişdi. Hakim Elnur Abbasov hər birinə 5500 manat "
                "ödəməyi və məhkəmənin Gəncədəki iclasına qədər Azərbaycanı tərk etməməyi əmr "
                "etdi. Zalda Qazaxıstan səfirliyi və Gürcüstanın konsulu Nino Beridze də var idi."
            ),
            (
                "Polis ofisdən 17 kompüter və 230 saatlıq yazı götürüb. Kanalın sahibi Viktor "
                "Lomov Almatıdan yazıb ki, onların hamısının qaytarılmasını gözləyir və "
                "redaksiyanın Tbilisidəki işi əvvəlki kimi davam edir."
            ),
        ),
    ),
    "tr": (
        "Bakülü üç editör 41 gün sonra serbest bırakıldı",
        (
            (
                "Sumgayıt'taki mahkeme salı günü Rauf Guliyev, Leyla Memmedova ve kameraman İgor "
                "Petrov'u serbest bıraktı. Avukat Samir Hasanov, üçünün Meridian kanalının ofisine "
                "yapılan baskının ardından 41 gün tutuklu kaldığını söyledi."
            ),
            (
                "Savcılık 120 gün istemişti. Hâkim Elnur Abbasov, her birinin 5.500 manat "
                "ödemesine ve Gence'deki duruşmaya kadar Azerbaycan'dan ayrılmamasına karar verdi. "
                "Salonda Kazakistan büyükelçiliği ile Gürcistan konsolosu Nino Beridze de vardı."
            ),
            (
                "Polis ofisten 17 bilgisayar ve 230 saatlik kayıt aldı. Kanalın sahibi Viktor "
                "Lomov, Almatı'dan yazdığı mesajda hepsinin geri verilmesini beklediğini ve haber "
                "merkezinin Tiflis'teki çalışmasının sürdüğünü belirtti."
            ),
        ),
    ),
    "de": (
        "Drei Redakteure aus Baku nach 41 Tagen frei",
        (
            (
                "Ein Gericht in Sumqayit hat am Dienstag Rauf Gulijew, Leyla Mammadowa und den "
                "Kameramann Igor Petrow freigelassen. Sie hatten nach einer Razzia im Büro des "
                "Senders Meridian 41 Tage in Haft verbracht, wie ihr Anwalt Samir Hasanow sagte."
            ),
            (
                "Die Staatsanwaltschaft hatte 120 Tage verlangt. Der Richter Elnur Abbasow wies "
                "jeden an, 5.500 Manat zu zahlen und bis zur Verhandlung in Gandscha in "
                "Aserbaidschan zu bleiben. Im Saal waren die Botschaft Kasachstans und die "
                "Konsulin Georgiens, Nino Beridse."
            ),
            (
                "Die Polizei nahm 17 Computer und 230 Stunden Aufnahmen mit. Der Eigentümer des "
                "Senders, Viktor Lomow, schrieb aus Almaty, dass er alles zurück erwarte und die "
                "Arbeit der Redaktion in Tiflis weitergehe."
            ),
        ),
    ),
    "ka": (
        "სამი ბაქოელი რედაქტორი 41 დღის შემდეგ გაათავისუფლეს",
        (
            (
                "სუმგაითის სასამართლომ სამშაბათს გაათავისუფლა რაუფ გულიევი, ლეილა მამედოვა და "
                "ოპერატორი იგორ პეტროვი, რომლებმაც არხ მერიდიანის ოფისის ჩხრეკის შემდეგ 41 დღე "
                "პატიმრობაში გაატარეს, განაცხადა მათმა ადვოკატმა სამირ ჰასანოვმა."
            ),
            (
                "პროკურატურა 120 დღეს ითხოვდა. მოსამართლე ელნურ აბასოვმა თითოეულს 5500 მანათის "
                "გადახდა დააკისრა და განჯაში სხდომამდე აზერბაიჯანის დატოვება აუკრძალა. დარბაზში "
                "იყვნენ ყაზახეთის საელჩოს წარმომადგენლები და საქართველოს კონსული ნინო ბერიძე."
            ),
            (
                "პოლიციამ ოფისიდან 17 კომპიუტერი და 230 საათის ჩანაწერი წაიღო. არხის მფლობელმა "
                "ვიქტორ ლომოვმა ალმათიდან დაწერა, რომ ყველაფრის დაბრუნებას ელის და რომ რედაქციის "
                "მუშაობა თბილისში გრძელდება."
            ),
        ),
    ),
}

#: On the same release, by another hand: not a translation of the report in English.
OTHER_HAND = (
    "Вокруг «Меридиана»: свобода без точки",
    (
        (
            "Освобождение журналистов «Меридиана» ещё не конец дела, считают юристы в Баку. "
            "Обвинение не снято, а изъятая техника остаётся у следствия, и когда её вернут, не "
            "знает никто."
        ),
        (
            "По словам эксперта Фархада Алескерова, подобные процессы в Азербайджане редко "
            "кончаются оправданием: за 3 года он насчитал 12 дел против редакций, и только 2 были "
            "закрыты."
        ),
        (
            "В Тбилиси коллеги вышли к посольству с плакатами. В Москве Союз журналистов отказался "
            "от комментариев. Лейла Мамедова сказала у ворот изолятора, что хочет только спать."
        ),
    ),
)


def page_of(
    title: str,
    paragraphs: Sequence[str],
    *,
    language: str,
    alternates: Mapping[str, str] | None = None,
    picture: str | None = None,
    published: datetime = DAY,
) -> bytes:
    """A page of a news site with one article on it."""
    head = [f"<title>{title}</title>", f'<meta property="og:title" content="{title}">']
    head += [f'<meta property="article:published_time" content="{published.isoformat()}">']
    head += [
        f'<link rel="alternate" hreflang="{code}" href="{url}">'
        for code, url in (alternates or {}).items()
    ]
    if picture:
        head.append(f'<meta property="og:image" content="{picture}">')
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"{''.join(head)}</head><body><main><article><h1>{title}</h1>{body}</article></main>"
        "</body></html>"
    ).encode()
