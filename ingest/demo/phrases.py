"""What stands around the articles of the demo web, in its four languages."""

from __future__ import annotations

__all__ = ["COMMENTS", "HEADLINES", "LABELS", "MONTHS", "NAVIGATION"]

LABELS: dict[str, dict[str, str]] = {
    "en": {
        "home": "Home",
        "login": "Log in",
        "related": "Related Posts",
        "popular": "Most read",
        "also": "READ ALSO",
        "comments": "Reader comments",
        "comment_form": "Would love your thoughts, please comment.",
        "share": "Share on Plaza",
        "donate": "Support our work",
        "cookies": "We and our 214 partners use cookies to keep this site running and to measure "
        "what you read. By continuing to browse you agree to our cookie policy.",
        "accept": "Accept all",
        "subscribe": "Subscribe to news",
        "rights": "All rights reserved",
        "advert": "Advertisement",
        "live": "Latest headlines",
        "by": "By",
        "tags": "Tags",
        "elsewhere": "From our partners",
    },
    "ru": {
        "home": "Главная",
        "login": "Войти",
        "related": "Материалы по теме",
        "popular": "Самое читаемое",
        "also": "ЧИТАЙТЕ ТАКЖЕ",
        "comments": "Комментарии читателей",
        "comment_form": "Оставьте свой комментарий",
        "share": "Поделиться в «Площади»",
        "donate": "Поддержать редакцию",
        "cookies": "Мы используем файлы cookie, чтобы сайт работал лучше. Оставаясь на сайте, вы "
        "соглашаетесь с политикой обработки персональных данных.",
        "accept": "Принять",
        "subscribe": "Подписаться на новости",
        "rights": "Все права защищены",
        "advert": "Реклама",
        "live": "Лента новостей",
        "by": "Автор:",
        "tags": "Теги",
        "elsewhere": "Новости партнёров",
    },
    "az": {
        "home": "Ana səhifə",
        "login": "Daxil ol",
        "related": "Oxşar xəbərlər",
        "popular": "Ən çox oxunanlar",
        "also": "HƏMÇİNİN OXUYUN",
        "comments": "Oxucu şərhləri",
        "comment_form": "Şərhinizi yazın",
        "share": "“Meydan”da paylaş",
        "donate": "Bizə dəstək olun",
        "cookies": "Saytımız kukilərdən istifadə edir. Saytda qalmaqla məxfilik siyasətimizlə "
        "razılaşmış olursunuz.",
        "accept": "Qəbul edirəm",
        "subscribe": "Xəbərlərə abunə ol",
        "rights": "Bütün hüquqlar qorunur",
        "advert": "Reklam",
        "live": "Xəbər lenti",
        "by": "Müəllif:",
        "tags": "Açar sözlər",
        "elsewhere": "Tərəfdaş xəbərləri",
    },
    "tr": {
        "home": "Ana sayfa",
        "login": "Giriş yap",
        "related": "İlgili haberler",
        "popular": "En çok okunanlar",
        "also": "BUNLARI DA OKUYUN",
        "comments": "Okur yorumları",
        "comment_form": "Yorumunuzu yazın",
        "share": "“Meydan”da paylaş",
        "donate": "Bize destek olun",
        "cookies": "Sitemizde çerezler kullanılmaktadır. Sitede kalarak çerez politikamızı kabul "
        "etmiş sayılırsınız.",
        "accept": "Kabul ediyorum",
        "subscribe": "Bültene abone ol",
        "rights": "Tüm hakları saklıdır",
        "advert": "Reklam",
        "live": "Son dakika",
        "by": "Yazan:",
        "tags": "Etiketler",
        "elsewhere": "Ortak sitelerden",
    },
}

NAVIGATION: dict[str, tuple[str, ...]] = {
    "en": ("Politics", "World", "Business", "Society", "Culture", "Sport", "Tech", "Opinion"),
    "ru": ("Политика", "Экономика", "Общество", "Происшествия", "Культура", "Спорт", "Мнения"),
    "az": ("Siyasət", "İqtisadiyyat", "Cəmiyyət", "Dünya", "Mədəniyyət", "İdman", "Müsahibə"),
    "tr": ("Gündem", "Dünya", "Ekonomi", "Siyaset", "Kültür", "Spor", "Teknoloji", "Yazarlar"),
}

MONTHS: dict[str, str] = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "tr": "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
}

#: agency headlines of the day for the tickers, on anything but the story
HEADLINES: dict[str, tuple[str, ...]] = {
    "en": tuple(
        """
Late header sends Rovers through in the rain
Gold slips as traders wait for rate decision
Hikers rescued after night on frozen ridge
Parliament in Lisbon passes budget by two votes
Sprint record falls at sea-level meeting
Harbour strike enters third week
Painter's lost sketchbook turns up in attic
Ferry services resume after storm
Teen climber completes fourteenth summit
Wheat harvest smallest in a decade, growers say
Museum extends hours for porcelain show
Coach silent on captain's injury
Drought map widens across southern plains
Satellite maker wins weather contract
Thousands march against station closure
Elections agency to recount ballots in two districts
Chess prodigy stuns field in Reykjavik
Bakery chain recalls rye loaves
Comet visible to naked eye this weekend
Studio delays sequel until spring
Central bank holds fire on interest
Volunteers plant a million mangroves
Rail unions accept pay offer
Opera house reopens after nine years
Tariff talks stall over steel quotas
Avalanche closes pass for the winter
Cyclist disqualified over hidden motor
Fishing quotas cut by a fifth
Orchestra tours mountain villages
Heatwave shuts schools in the capital
Vaccine trial enters last phase
Court orders phone maker to refund buyers
Bears return to valley after sixty years
Goalkeeper scores from own half
Wildfire smoke drifts across three states
Lighthouse keeper retires at ninety
Start-up unveils folding cargo bike
Census finds more people living alone
Ski season opens without snow
Novelist turns down state prize
Peace talks resume on disputed islands
Airline orders forty turboprops
River otters back in city centre
Physicists weigh the lightest particle again
Carnival floats mock ministers
Heavy rain floods subway stations
Tennis star out with wrist fracture
Union boss steps down after vote
Cocoa prices double in a year
Typhoon veers away from coast
Parliament debates four-day week
Quarry blast damages old bridge
Rugby side names youngest captain
Ballet troupe cancels summer tour
""".strip().split("\n")
    ),
    "ru": tuple(
        """
Синоптики обещают тёплый ноябрь в средней полосе
Хоккеисты «Авангарда» прервали серию поражений
В Липецке открыли новый трамвайный маршрут
Цены на гречку снизились третий месяц подряд
Учёные нашли древнюю рыбу на дне озера
Ставка по ипотеке останется прежней
Фигуристка исполнила пять четверных прыжков
В Карелии спасли провалившегося под лёд лося
Рестораны отказались от бумажных меню
Дачникам напомнили о сроках обрезки яблонь
В зоопарке родились манулы
Смартфоны подорожают к зиме
Вулкан на Камчатке выбросил пепел на семь километров
Лыжники начали сезон на искусственном снегу
В Томске отреставрировали деревянный театр
Биатлонисты назвали состав на первый этап
Урожай клюквы оказался рекордным
Открыта выставка забытых передвижников
Ночью возможны заморозки до минус пяти
В метро появятся новые указатели
Шахматист выиграл турнир без поражений
Почта изменит график в праздники
Врачи рассказали о пользе прогулок
Театр покажет премьеру без антракта
Нефтяники отчитались о квартале
В Сочи завершился купальный сезон
Археологи раскопали стоянку бронзового века
Автопроизводитель отзывает десять тысяч машин
Музей вернул украденную икону
Волейболистки вышли в финал кубка
Паводок отступил от посёлков
На Байкале закрыли навигацию
Рыбаков предупредили о тонком льде
Вышел последний сезон детективного сериала
Такси подорожало в час пик
Школьники победили на олимпиаде по физике
Синоптик Орешников: снежный покров ляжет к концу месяца
Водители встали в пробки из-за ремонта моста
Пловец обновил рекорд континента
Кинофестиваль открыли чёрно-белым фильмом
Город закупит сто автобусов
Биржа закрылась ростом
Аптекам разрешили доставку
Лесники насчитали больше тигров
Футболист продлил контракт до лета
Дирижёр отказался от прощального концерта
Сыр подешевел впервые за год
На орбиту вывели спутник связи
""".strip().split("\n")
    ),
    "az": tuple(
        """
Sabah yağış gözlənilir
Qızılın qiyməti yenidən ucuzlaşdı
“Neftçi” səfərdə heç-heçə etdi
Dollar məzənnəsi dəyişmədi
Alimlər dərin göldə yeni balıq növü tapdılar
Şahmatçılarımız turniri qələbə ilə başladı
Metroda yeni qatarlar sınaqdan keçirilir
Pomidorun qiyməti ucuzlaşdı
Yeni teleskop ilk şəkilləri göndərdi
Teatr mövsümü premyera ilə açılır
Güləşçilər iki medal qazandı
Universitetlərə qəbul qaydaları dəyişir
Dağ kəndlərinə qar yağdı
Kino festivalının qalibləri açıqlandı
Braziliya millisi dostluq oyununda uduzdu
Smartfon bazarında yenilik
Həkimlər qrip barədə xəbərdarlıq etdi
Nar festivalına hazırlıq gedir
Tennisçi zədəyə görə yarışdan çəkildi
Okeanda güclü zəlzələ olub
Pambıq yığımı davam edir
Kitab sərgisi oxucuların ixtiyarında
Qəhvə bahalaşır
Yeni parkın açılışı təxirə salındı
Mebel fabriki işçi axtarır
Voleybol yığması finalda
Çempionlar Liqasında favorit uduzdu
Uşaq rəsm müsabiqəsi başa çatdı
Sürücülərin nəzərinə: yol bağlıdır
Marafonda rekord yeniləndi
Vulkan oyandı, kəndlər boşaldıldı
Elektron qeydiyyat asanlaşır
Meyvə ixracı artıb
Kosmik gəmi stansiyaya çatdı
Havalar soyuyur
Opera teatrında qonaq solist
Bankomatlarda texniki işlər aparılır
Balıqçılıq mövsümü bağlandı
Göyərti bahalaşdı
Məktəblilər olimpiadadan medalla qayıtdı
Yeni serialın çəkilişi başladı
Avtobus marxrutu uzadıldı
Nobel mükafatçısı çıxış etdi
Cüdoçu qızıl medal aldı
Arıçılar bal yarmarkasına toplaşdı
Birja günü artımla bağladı
Muzeyə giriş bu gün pulsuzdur
Zeytun yağı nədən bahadır
""".strip().split("\n")
    ),
    "tr": tuple(
        """
Marmara'da sağanak uyarısı
Gram altın haftaya düşüşle başladı
Derbide gol sesi çıkmadı
İçme suyu barajları yarıya indi
Antik kentte iki bin yıllık mozaik bulundu
Fındıkta rekolte beklentisi düştü
Filenin kadınları yarı finalde
Köprüde bakım çalışması başlıyor
Abant'ta sonbahar renkleri
Yeni telefon modeli tanıtıldı
Kar yağışı köy yollarını kapattı
Film festivalinde ödüller sahiplerini buldu
Zeytin hasadı erken başladı
Otomobil satışları yüzde on arttı
Milli güreşçi altın madalya kazandı
Emekli ikramiyesi için tarih belli oldu
Şelale ziyaretçi akınına uğradı
Okullarda ara tatil başlıyor
Karavan fuarı kapılarını açtı
Balıkçılar hamsiyi bekliyor
Maratonda rekor kırıldı
Kahve fiyatlarına zam geldi
Nobel edebiyat ödülü açıklandı
Metroya yeni istasyon ekleniyor
Mağara turizme kazandırıldı
Süper ligde haftanın programı
Sahte mesajla dolandırıcılığa dikkat
Deprem tatbikatı yapıldı
Tiyatro sezonu perdelerini açtı
Kestane bal fiyatları belli oldu
Borsa günü yükselişle kapattı
Ünlü tenisçi kortlara veda etti
Kuraklık göçmen kuşları etkiledi
Kiralarda yeni dönem
Uzay istasyonuna kargo gitti
Peynir altı suyundan enerji üretildi
Otoyolda zincirleme kaza
Sis, vapur seferlerini aksattı
Motosikletle dünya turuna çıktı
Genç piyanist ayakta alkışlandı
Üniversite tercih sonuçları açıklandı
Volkan yeniden faaliyete geçti
Basketbolda derbi heyecanı
Elektrikli minibüsler yolda
Aile hekimliğinde yeni uygulama
Somon üretimi arttı
Halk ekmekte fiyat değişmedi
Yaylada kar sürprizi
""".strip().split("\n")
    ),
}

#: (who, what); quarrelsome and beside the point, as they are
COMMENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("El Viajero", "Same old tune. Nobody in that region ever asks the people who live there."),
        ("snowleopard77", "Total rubbish, whoever wrote this has never left his sofa."),
        ("Jan H.", "Facts are they can trade with whom they like now, and that is that."),
        ("grumpy_cod", "More fairy tales. How is your pension doing?"),
        ("Must stay calm", "I think you are mistaken, read a history book before posting."),
        ("Anna-Lena", "Hi everyone, earn 400 a day from home, see my profile!!"),
        ("Old Sapper", "Mark my words, within two years this will look like a picnic."),
        ("cechy", "Both are correct and both are wrong, as usual."),
        ("Marble Arch", "Can the editors please stop the pop-ups? I cannot read a line."),
        ("T. Okafor", "And who profits? Follow the pipes, follow the money."),
        ("nobody special", "Agree one hundred percent with the comment above."),
        ("Pilot Pete", "Flew that route for nine years. It was never safe in winter."),
    ),
    "ru": (
        ("Степан К.", "Опять одно и то же, хоть бы раз спросили обычных людей."),
        ("volga_volga", "Автор, вы сами-то там были? Пишете с дивана."),
        ("Марина", "А цены кто-нибудь собирается снижать или только разговоры?"),
        ("инженер74", "Полностью согласен с предыдущим оратором."),
        ("Бывалый", "Запомните мои слова: через два года все помирятся и забудут."),
        ("Kот Матроскин", "Заработок из дома от трёх тысяч в день, пишите в личку!"),
        ("Сергеич", "Раньше на рынке хурма была вдвое дешевле, вот и вся политика."),
        ("Анонимно", "Модератор, уберите рекламу, читать невозможно."),
    ),
    "az": (
        ("Elnur", "Yenə eyni söhbət, sadə adamdan soruşan yoxdur."),
        ("qarabağlı", "Müəllif özü orada olubmu, yoxsa divanda oturub yazır?"),
        ("Sevinc", "Bazarda qiymətlər nə vaxt düşəcək, onu yazın."),
        ("Usta", "Yuxarıdakı şərhlə tam razıyam."),
        ("Nərmin", "Evdən işləyin, gündə yüz manat qazanın, mənə yazın!"),
        ("pensiyaçı", "Sözümü yadda saxlayın, iki ilə hər şey unudulacaq."),
    ),
    "tr": (
        ("Kemal", "Yine aynı hikâye, vatandaşa soran yok."),
        ("deniz61", "Yazan kişi oraya hiç gitmiş mi acaba?"),
        ("Ayşe H.", "Yukarıdaki yoruma aynen katılıyorum."),
        ("emekli", "Bu da unutulur, iki yıl sonra hatırlayan çıkmaz."),
        ("kazançlı iş", "Evden çalışarak günde bin lira kazanın, profilime bakın!"),
        ("Trabzonlu", "Reklamlardan haberi okuyamıyoruz artık."),
    ),
}
